"""The section of the settings about limits. The limits themselves are data of their own, see `netwatch.limits`."""

from netwatch.settings_base import PathText, Section


class LimitSettings(Section):
    """[limits]"""

    folder: PathText = ""
