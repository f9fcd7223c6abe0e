"""Until when the certificates of our own listeners hold."""

from collections.abc import Mapping
from pathlib import Path

from cryptography import x509

from netwatch.clock import SECOND
from netwatch.settings_sections import Settings


def certificate_end(file: str) -> int | None:
    """When the first certificate of a PEM file ends, microseconds UTC; None where the file holds none."""
    try:
        ends = x509.load_pem_x509_certificate(Path(file).read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None
    return round(ends.timestamp()) * SECOND


def certificate_ends(settings: Settings) -> Mapping[str, int]:
    """The same of every section of the settings that names a certificate, by the section's name."""
    files = {
        "metrics": settings.metrics.certificate,
        "status_page": settings.status_page.certificate,
        "syslog": settings.syslog.certificate,
    }
    ends = {name: certificate_end(file) for name, file in files.items() if file}
    return {name: end for name, end in ends.items() if end is not None}
