"""SNMP: a small engine of our own. `contract.py` is the seam, `client.py` the engine behind it."""
