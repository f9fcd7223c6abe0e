"""What of a configuration may be shown, and by what two readings of it are the same. Pure.

Each secret is replaced by a token: eight hexadecimal digits of HMAC-SHA256 over device and secret, under a key that
stays with the daemon. The same secret gives the same token, so that a changed password shows as a change.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from netwatch.backup.platforms import BlockRule, Platform, SecretRule
from probes.equipment.patterns import LONGEST_TEXT, found, pattern

# Where an expression is searched for in a longer line: windows of what expressions may be applied to, overlapping by
# half, so that what stands before a secret is found as long as it has no more than this many characters.
STEP = LONGEST_TEXT // 2
HIDDEN = "<hidden>"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')
_WORD = re.compile(r"\S+")
_UNQUOTED = re.compile(r'(?<!\\)"')
_TOKEN = re.compile(r"<hidden(?: [0-9a-f]{8})?>")
# So many lines a secret in quotation marks may have (private keys do).
LONGEST_QUOTE = 200
# Those of C1 too, by which some terminals are steered, and the letters besides \n that Python takes for ends of lines:
# behind them a secret would go on.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Which lines say that a command was not understood, and which that a configuration is whole.
FIRST_LINES, LAST_LINES = 5, 5


@dataclass(frozen=True, slots=True)
class Masked:
    """A configuration as it may be shown; `content` names what it says, secrets included, but does not tell it."""

    text: str
    content: str
    lines: int


@dataclass(frozen=True, slots=True)
class _Veil:
    """Makes tokens of secrets."""

    key: bytes = field(repr=False)
    device: str

    def token(self, secret: str, *, volatile: bool) -> str:
        """What stands in a secret's place."""
        return HIDDEN if volatile else f"<hidden {self.digest(secret)[:8]}>"

    def digest(self, text: str) -> str:
        """A name of the text, 64 hexadecimal digits, that only who has the key can make."""
        raw = f"{self.device}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.key, raw, hashlib.sha256).hexdigest()


def tidy(text: str) -> str:
    """The text with plain line ends and without control characters and blanks at line ends."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in plain.split("\n")).strip("\n") + "\n"


def rejected(text: str, platform: Platform) -> bool:
    """Whether the device said that it does not know the command, or may not answer it."""
    first = [line for line in text.splitlines() if line.strip()][:FIRST_LINES]
    return any(found(rule, line) is not None for rule in platform.rejected for line in first)


def whole(text: str, platform: Platform) -> bool:
    """Whether a configuration ends as one does."""
    last = [line for line in text.splitlines() if line.strip()][-LAST_LINES:]
    return bool(last) and (
        not platform.complete or any(found(platform.complete, line) is not None for line in last)
    )


def changed_by(text: str, platform: Platform) -> str:
    """Who changed the configuration last, if it says so."""
    if not platform.changed_by:
        return ""
    names = (found(platform.changed_by, line) for line in text.splitlines()[:50])
    return next((name.strip()[:64] for name in names if name), "")


def facts(text: str, platform: Platform) -> dict[str, str]:
    """What the expressions find in the text, by name; each searched for line by line."""
    told: dict[str, str] = {}
    for name, expression in platform.facts.items():
        values = (found(expression, line) for line in text.splitlines()[:2000])
        value = next((value.strip() for value in values if value and value.strip()), "")
        if value:
            told[name] = value[:120]
    return told


def masked(text: str, platform: Platform, device: str, key: str) -> Masked:
    """The configuration with every secret hidden and without the lines that change by themselves."""
    veil = _Veil(key.encode(), device)
    kept = [line for line in text.splitlines() if not _strips(line, platform.strip)]
    shown = "\n".join(_veiled(kept, platform.blocks, platform.secrets, veil)) + "\n"
    steady = [rule for rule in platform.secrets if rule.volatile]
    blocks = [rule for rule in platform.blocks if rule.volatile]
    named = "\n".join(_veiled(kept, blocks, steady, veil))
    return Masked(shown, veil.digest(named), len(kept))


def _strips(line: str, rules: Sequence[str]) -> bool:
    return any(found(rule, line) is not None for rule in rules)


def _veiled(
    lines: Sequence[str], blocks: Sequence[BlockRule], rules: Sequence[SecretRule], veil: _Veil
) -> Iterator[str]:
    at = 0
    while at < len(lines):
        # The lines of a secret in quotation marks that goes on belong to it.
        further = _further(lines, at) if _opens(lines[at], rules) else at + 1
        line, at = "\n".join(lines[at:further]), further
        yield _line(line, rules, veil)
        block = _begins(line, blocks)
        if block is not None:
            end = _end(lines, at, block)
            if end > at:
                yield veil.token("\n".join(lines[at:end]), volatile=block.volatile)
            at = end


def _further(lines: Sequence[str], start: int) -> int:
    """Behind the line in which an open quotation ends."""
    for at in range(start + 1, min(len(lines), start + LONGEST_QUOTE)):
        if _UNQUOTED.search(lines[at]):
            return at + 1
    return min(len(lines), start + LONGEST_QUOTE)


def _begins(line: str, blocks: Iterable[BlockRule]) -> BlockRule | None:
    return next((block for block in blocks if found(block.begin, line) is not None), None)


def _end(lines: Sequence[str], start: int, block: BlockRule) -> int:
    """Where the block is over; one without end takes all that is left."""
    for at in range(start, len(lines)):
        if found(block.end, lines[at]) is not None:
            return at
    return len(lines)


def _opens(line: str, rules: Iterable[SecretRule]) -> bool:
    """Whether a secret in quotation marks begins in the line and does not end there."""
    for rule in rules:
        for end in _after(line, rule.after, 0):
            quoted = _QUOTED.match(line, end)
            if quoted is not None and not _closed(quoted[0]):
                return True
    return False


def _closed(quoted: str) -> bool:
    return len(quoted) > 1 and quoted.endswith('"')


def _line(line: str, rules: Iterable[SecretRule], veil: _Veil) -> str:
    for rule in rules:
        # Put together once: a device may send megabytes in one line, and each secret would copy all of them.
        pieces: list[str] = []
        at = told = 0
        while (end := next(_after(line, rule.after, at), None)) is not None:
            secret = _secret(line, end, rule)
            if secret and not _TOKEN.match(line, end):
                pieces += (line[told:end], veil.token(secret, volatile=rule.volatile))
                told = end + len(secret)
            at = end + max(len(secret), 1)
        line = "".join((*pieces, line[told:]))
    return line


def _after(line: str, expression: str, start: int) -> Iterator[int]:
    """The ends of what the expression finds from `start` on, in order."""
    compiled = pattern(expression)
    for window in range(start, max(len(line), start + 1), STEP):
        match = compiled.search(line, window, window + LONGEST_TEXT)
        if match is not None:
            yield match.end()


def _secret(line: str, at: int, rule: SecretRule) -> str:
    """The secret that stands from there on."""
    if rule.hide == "rest":
        return line[at:].rstrip()
    quoted = _QUOTED.match(line, at)
    word = quoted or _WORD.match(line, at)
    # Platforms with braces end a statement by a semicolon.
    return word[0].removesuffix(";") if word else ""
