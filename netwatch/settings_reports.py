"""The section of the settings about documents that leave the house, see docs/reports.md."""

from netwatch.settings_base import PathText, Section
from netwatch.settings_notifications import Web


class ReportSettings(Section):
    """[reports]: what stands on every document unless its own texts say otherwise."""

    folder: PathText = "reports"
    agency: str = ""
    parent: str = ""
    place: str = ""
    number: str = ""
    addressees: tuple[str, ...] = ()
    authority: str = ""
    signer_title: str = ""
    signer_name: str = ""
    recipients: tuple[str, ...] = ()
    label_url: Web = ""
