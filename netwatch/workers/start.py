"""What a worker is started with, as JSON: settings of the transports, and where credentials are to be read. Pure.

Secrets never travel: a worker is given the references and reads them itself.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from netwatch.settings_sections import Credential, Settings
from netwatch.translate.to_kit import kit_settings
from probes.kit import KitSettings
from probes.transports.snmp.options import SnmpOptions

_CREDENTIALS: TypeAdapter[dict[str, Credential]] = TypeAdapter(dict[str, Credential])


def start_to_json(settings: Settings, workers: int) -> dict[str, Any]:
    """What one of so many workers is started with; each may send its share of the echoes a second."""
    kit = asdict(kit_settings(settings))
    return {
        "kit": {**kit, "icmp_rate": max(1.0, kit["icmp_rate"] / workers)},
        "credentials": credentials_to_json(settings),
        "log_level": settings.daemon.log_level,
        "log_format": settings.daemon.log_format,
    }


def kit_settings_from_json(content: Mapping[str, Any]) -> KitSettings:
    """The transports' settings as they were sent."""
    responder = content["simulated_responder"]
    own = {
        "simulated_responder": tuple(responder) if responder else None,
        "snmp": SnmpOptions(**content["snmp"]),
    }
    return KitSettings(**{**content, **own})


def credentials_to_json(settings: Settings) -> dict[str, Any]:
    """The credentials with their references."""
    return {name: credential.model_dump() for name, credential in settings.credentials.items()}


def credentials_from_json(content: Mapping[str, Any]) -> dict[str, Credential]:
    """The credentials as they were sent."""
    return _CREDENTIALS.validate_python(content)
