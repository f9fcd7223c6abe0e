"""The SNMP objects that tell about ports: IF-MIB (RFC 2863), SNMPv2-MIB (RFC 3418), SNMP-FRAMEWORK-MIB (RFC 3411)."""

# Scalars, with their instance.
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
IF_NUMBER = "1.3.6.1.2.1.2.1.0"
IF_TABLE_LAST_CHANGE = "1.3.6.1.2.1.31.1.5.0"
ENGINE_BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
SCALARS = (SYS_UPTIME, IF_TABLE_LAST_CHANGE, IF_NUMBER, ENGINE_BOOTS)

# Columns, without an index.
_IF_TABLE = "1.3.6.1.2.1.2.2.1"
_IF_X_TABLE = "1.3.6.1.2.1.31.1.1.1"
DESCR, SPEED, ADMIN, OPER = (f"{_IF_TABLE}.{column}" for column in (2, 5, 7, 8))
NAME, HIGH_SPEED, ALIAS, DISCONTINUITY = (f"{_IF_X_TABLE}.{column}" for column in (1, 15, 18, 19))

SPEED_METRIC = "interface_speed_bytes_per_second"
# Metric -> its help, and its columns in order of preference: 64 bits first where the device has them. The metrics
# whose unit is bytes come first.
COUNTERS = {
    "interface_receive_bytes_total": (
        "Bytes received by the port since the daemon first saw it.",
        (f"{_IF_X_TABLE}.6", f"{_IF_TABLE}.10"),
    ),
    "interface_transmit_bytes_total": (
        "Bytes sent by the port since the daemon first saw it.",
        (f"{_IF_X_TABLE}.10", f"{_IF_TABLE}.16"),
    ),
    "interface_receive_discards_total": (
        "Received packets dropped without fault since the daemon first saw the port.",
        (f"{_IF_TABLE}.13",),
    ),
    "interface_receive_errors_total": (
        "Received packets with errors since the daemon first saw the port.",
        (f"{_IF_TABLE}.14",),
    ),
    "interface_transmit_discards_total": (
        "Packets to send dropped without fault since the daemon first saw the port.",
        (f"{_IF_TABLE}.19",),
    ),
    "interface_transmit_errors_total": (
        "Packets that could not be sent for errors since the daemon first saw the port.",
        (f"{_IF_TABLE}.20",),
    ),
}
COUNTER_COLUMNS = tuple(columns for _, columns in COUNTERS.values())
# What a discovery walks.
WALKED = (
    NAME,
    DESCR,
    ADMIN,
    OPER,
    SPEED,
    HIGH_SPEED,
    ALIAS,
    DISCONTINUITY,
    *(column for columns in COUNTER_COLUMNS for column in columns),
)
