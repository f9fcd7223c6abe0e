"""What devices say unasked: SNMP traps and informs, taken in, bounded, never believed without a look."""
