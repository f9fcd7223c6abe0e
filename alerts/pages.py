"""What the templates of messages lay out, every word in place. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """A label and what stands below it; `key` is the same in every language."""

    key: str
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One incident, or one line of a digest or report: `tone` is a severity, 'over' or 'plain'."""

    tone: str
    mark: str
    headline: str
    what: str = ""
    blocks: tuple[Block, ...] = ()
    code: str = ""
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, how many things it tells of, the lines of the first of them, and how many more there are."""

    label: str
    panels: tuple[Panel, ...]
    count: int
    more: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the templates lay out."""

    language: str
    subject: str
    intro: str = ""
    panels: tuple[Panel, ...] = ()
    summary: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    remark: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
