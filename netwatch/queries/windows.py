"""Maintenance windows and silences for people: which are in force, which come, what they cover. Pure."""

from dataclasses import dataclass

from alerts.contract import Silence, Window
from alerts.window import in_force, next_start
from netwatch.incidents.maintenance import covered
from netwatch.incidents.places import Places
from netwatch.incidents.view import DeskView

WINDOWS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A window: whether it is in force, when it begins next (0 never again), and how many things it covers."""

    window: Window
    in_force: bool
    next: int
    covers: int

    @property
    def over(self) -> bool:
        """Whether it will never be in force again."""
        return not self.in_force and not self.next


@dataclass(frozen=True, slots=True)
class WindowList:
    """Windows, those in force first, then by when they come; those that are over last."""

    schema: int
    at: int
    windows: tuple[WindowLine, ...]


@dataclass(frozen=True, slots=True)
class SilenceList:
    """Silences, the one that ends first on top; `at` tells which are over."""

    schema: int
    at: int
    silences: tuple[Silence, ...]


def window_list(view: DeskView, places: Places, now: int) -> WindowList:
    """Every window in the books."""
    lines = (_line(window, places, now) for window in view.windows)
    ordered = sorted(lines, key=lambda line: (not line.in_force, line.over, line.next, line.window.id))
    return WindowList(WINDOWS_SCHEMA, now, tuple(ordered))


def _line(window: Window, places: Places, now: int) -> WindowLine:
    return WindowLine(
        window, in_force(window, now), next_start(window, now) or 0, len(covered(window, places))
    )


def silence_list(view: DeskView, now: int) -> SilenceList:
    """Every silence in the books."""
    return SilenceList(WINDOWS_SCHEMA, now, tuple(sorted(view.silences, key=lambda one: (one.end, one.id))))
