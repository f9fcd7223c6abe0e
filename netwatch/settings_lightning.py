"""The section [lightning]: the storm season, and when inspections of surge protectors are told."""

from typing import Annotated

from netwatch.settings_base import Seconds, Section, count
from netwatch.settings_notifications import Hours

Month = Annotated[int, count(1, 12)]


class LightningSettings(Section):
    """[lightning]: the months of the season, both included, may run over the end of the year."""

    season_begins: Month = 4
    season_ends: Month = 10
    due_soon_days: Annotated[int, count(0, 365)] = 30
    storm_window: Seconds = 600.0
    hours: Hours = "07:00-18:00"
