"""From settings to how the probes' transports are set up."""

from netwatch.settings_sections import Settings
from probes.kit import KitSettings


def kit_settings(settings: Settings) -> KitSettings:
    """The transports' settings."""
    return KitSettings(
        receive_buffer_bytes=settings.snmp.receive_buffer,
        icmp_rate=float(settings.icmp.rate),
        simulated_responder=_responder(settings.icmp.simulated_responder),
        snmp_timeout=settings.snmp.timeout,
        snmp_retries=settings.snmp.retries,
        snmp_max_repetitions=settings.snmp.max_repetitions,
        snmp_max_repetitions_lan=settings.snmp.max_repetitions_lan,
        snmp_lan_round_trip=settings.snmp.lan_round_trip,
        snmp_credentials_retry=settings.snmp.credentials_retry,
    )


def _responder(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    return (host.strip("[]"), int(port)) if host else None
