"""The fact `carrier` of a port, from its configured and its operational status. Pure."""

from functools import lru_cache

from probes.contract import Fact, Reason

_UP = 1
# ifOperStatus (RFC 2863): down, dormant, notPresent, lowerLayerDown. Others, and numbers beyond the enumeration such as
# 0, tell nothing.
_DOWN = frozenset({2, 5, 6, 7})


@lru_cache(maxsize=65536)
def carrier(part: str, admin: int | None, oper: int) -> Fact:
    """Whether a port carries, by ifAdminStatus and ifOperStatus; equal ports of many devices share the fact."""
    evidence = f"ifOperStatus {oper}"
    if oper == _UP:
        return Fact(part, "carrier", True, Reason.CARRIER_UP, evidence)
    if admin is not None and admin != _UP:
        return Fact(part, "carrier", None, Reason.SWITCHED_OFF, f"ifAdminStatus {admin}")
    if oper in _DOWN:
        return Fact(part, "carrier", False, Reason.CARRIER_DOWN, evidence)
    return Fact(part, "carrier", None, Reason.NOT_OFFERED, evidence)
