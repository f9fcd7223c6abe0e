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
    )


def _responder(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    return (host.strip("[]"), int(port)) if host else None
