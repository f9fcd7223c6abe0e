"""The section of the settings about backing up configurations, see docs/backup.md."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from netwatch.settings_base import PathText, Reference, Seconds, Section, count
from netwatch.settings_faults import refuse

# As `netwatch backup keygen` writes it; what it holds is checked where it is used.
PUBLIC_KEY = re.compile(r"netwatch-public-1:[A-Za-z0-9+/]{43}=")


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        refuse("'{text}' is no time of day. Write it as hours and minutes, for example 02:00.", text=text)
    return text


def _public_key(text: str) -> str:
    if text and not PUBLIC_KEY.fullmatch(text):
        refuse("this is no public key of netwatch. `netwatch backup keygen` makes a pair and shows it.")
    return text


class BackupSettings(Section):
    """[backup]"""

    public_key: Annotated[str, AfterValidator(_public_key)] = ""
    mask_key: Reference = ""
    at: Annotated[str, AfterValidator(_time_of_day)] = "02:00"
    spread: Seconds = 3600.0
    sessions: Annotated[int, count(1, 100)] = 10
    deadline: Seconds = 180.0
    largest: Annotated[int, count(65_536, 16_777_216)] = 8_388_608
    keep: Annotated[int, count(2, 10_000)] = 200
    platforms: PathText = ""

    @property
    def ready(self) -> bool:
        """Whether there is a key to seal to: without one no configuration is read."""
        return bool(self.public_key)

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.public_key) != bool(self.mask_key):
            refuse("public_key and mask_key go together: set both or neither.")
        return self
