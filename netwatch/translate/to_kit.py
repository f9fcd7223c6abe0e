"""From settings to how the probes' transports are set up."""

from netwatch.settings_sections import Settings
from probes.kit import KitSettings
from probes.transports.snmp.options import SnmpOptions


def kit_settings(settings: Settings) -> KitSettings:
    """The transports' settings."""
    snmp = settings.snmp
    return KitSettings(
        icmp_rate=float(settings.icmp.rate),
        simulated_responder=_responder(settings.icmp.simulated_responder),
        profiles=snmp.profiles,
        connections=settings.connections.limit,
        authorities=settings.connections.authorities,
        snmp=SnmpOptions(
            receive_buffer_bytes=snmp.receive_buffer,
            timeout=snmp.timeout,
            retries=snmp.retries,
            max_repetitions=snmp.max_repetitions,
            max_repetitions_lan=snmp.max_repetitions_lan,
            lan_round_trip=snmp.lan_round_trip,
            credentials_retry=snmp.credentials_retry,
        ),
    )


def _responder(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    return (host.strip("[]"), int(port)) if host else None
