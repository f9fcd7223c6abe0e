"""What is remembered of each device between looks: its profile, who it is, and the values it was last seen with."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from probes.contract import Note, Reading
from probes.equipment.answers import Gathered
from probes.equipment.library import Written, load
from probes.equipment.readings import Reading as Measured
from probes.equipment.survey import Place, Survey
from probes.transports.snmp.contract import Index, Question, Value

_log = logging.getLogger(__name__)
Said = tuple[bytes, Sequence[int | bytes | None]]


@dataclass(slots=True)
class Device:
    """One device: `who` is what its agent says it is, by which `written` was chosen. `only` these metrics are read
    (empty: all). `began`: when it was recognised, `due`: when it is surveyed anew, monotonic seconds.

    `survey` is the one under way, `cut` why the last one did not see all. `asked` are the places of single values in
    portions of one look, `turn` which of them is next, `said` the answers to each. `found` is what was read of `values`
    and `columns` the last time (kept with `only`), `readings` what a look says of it, `capped` when that was too much;
    `notes` what the device is.
    """

    who: tuple[Value | None, ...]
    written: Written
    only: tuple[str, ...]
    survey: Survey | None
    began: float = 0.0
    due: float = 0.0
    cut: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    columns: dict[str, dict[Index, Value]] = field(default_factory=dict)
    asked: Sequence[tuple[Sequence[Place], Question]] = ()
    turn: int = 0
    said: dict[int, Said] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    readings: tuple[Reading, ...] = ()
    found: Sequence[Measured] = ()
    capped: bool = False
    # A look by hand may come while another is under way: only one at a time surveys.
    busy: bool = False

    def answers(self) -> Gathered:
        """Everything that is known."""
        return Gathered(self.values, self.columns)


class EquipmentBook:
    """All devices, held in memory by the process that looks, and the profiles by which they are read.

    The profiles are read when they are first wanted: `folder` has those of the user's ('': none).
    """

    def __init__(self, folder: str = "", profiles: Mapping[str, Written] | None = None) -> None:
        self._folder = folder
        self._profiles = profiles
        self._before: Mapping[str, Written] | None = None
        self._devices: dict[str, Device] = {}
        self.surveys = 0
        self.changes = 0

    @property
    def profiles(self) -> Mapping[str, Written]:
        """The profiles in force; those that cannot be used are logged."""
        if self._profiles is None:
            self._profiles = self._read()
            if self._before is not None and self._before != self._profiles:
                self._devices.clear()
        return self._profiles

    def _read(self) -> Mapping[str, Written]:
        path = Path(self._folder) if self._folder else None
        library = load(path if path is not None and path.is_dir() else None)
        for fault in library.faults:
            words = " ".join(message.english() for message in fault.messages())
            _log.warning("a profile cannot be used: %s", words)
        return MappingProxyType(dict(library.profiles))

    def of(self, target: str) -> Device | None:
        """What is known of a target, by the profiles in force."""
        return self._devices.get(target) if self.profiles else None

    def put(self, target: str, device: Device) -> None:
        """Remember a target."""
        self._devices[target] = device

    def keep(self, targets: Collection[str]) -> None:
        """Forget all targets but these, after the plan has changed."""
        self._devices = {target: device for target, device in self._devices.items() if target in targets}

    def forget(self) -> None:
        """Read the profiles anew when they are next wanted; devices are forgotten if any is another by then."""
        self._before, self._profiles = self._profiles or self._before, None

    def __len__(self) -> int:
        return len(self._devices)

    def counts(self) -> dict[str, int]:
        """How many surveys were begun since the process began, and how often a device said that it is another."""
        return {"equipment_surveys": self.surveys, "equipment_changes": self.changes}
