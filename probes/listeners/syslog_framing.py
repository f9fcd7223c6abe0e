"""Where one syslog message ends and the next begins on a stream: RFC 6587, by octet counts or line feeds. Pure."""

from collections.abc import Iterator

from probes.listeners.syslog_message import MOST_BYTES

# One byte more than is kept, so that a message can be seen to be cut.
_KEPT = MOST_BYTES + 1
# A message said to be longer than this is no message.
LONGEST_COUNT = 1 << 20
_MOST_DIGITS = 7
_LINE_ENDS = b"\n\0"


class FramingError(ValueError):
    """What came is no syslog stream; nothing after it can be told apart."""


class Frames:
    """Takes a stream in pieces and gives messages; each is recognised by itself, as senders mix both ways.

    A message that begins with a digit is counted, any other ends at a line feed or a zero byte. Of what is longer than
    8 KiB only the beginning is kept.
    """

    def __init__(self) -> None:
        self._kept = bytearray()
        # Of a message too long: how many bytes are still to be passed over, -1 for all to the end of its line.
        self._over = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages complete with this piece; raises FramingError."""
        self._kept += data
        while self._pass_over():
            message = self._counted() if self._kept[:1].isdigit() else self._line()
            if message is None:
                return
            if message.strip(b"\r\n\0 "):
                yield message

    def end(self) -> bytes:
        """The stream is over: the line it ended in, b'' for none."""
        counted = self._kept[:1].isdigit() or self._over
        return b"" if counted else bytes(self._kept[:_KEPT]).strip(b"\r\n\0 ")

    def _pass_over(self) -> bool:
        """Drop what belongs to a message that was cut; whether anything is left to be read."""
        if self._over > 0:
            gone = min(self._over, len(self._kept))
            del self._kept[:gone]
            self._over -= gone
        elif self._over < 0:
            at = _line_end(self._kept)
            del self._kept[: len(self._kept) if at < 0 else at + 1]
            self._over = -1 if at < 0 else 0
        return bool(self._kept)

    def _counted(self) -> bytes | None:
        digits, space, _ = self._kept[: _MOST_DIGITS + 1].partition(b" ")
        if not space:
            if len(digits) > _MOST_DIGITS or not digits.isdigit():
                raise FramingError("a length without an end")
            return None
        if not digits.isdigit() or not 0 < int(digits) <= LONGEST_COUNT:
            raise FramingError("a length out of bounds")
        start = len(digits) + 1
        length = int(digits)
        if len(self._kept) - start < min(length, _KEPT):
            return None
        message = bytes(self._kept[start : start + min(length, _KEPT)])
        del self._kept[: start + len(message)]
        self._over = length - len(message)
        return message

    def _line(self) -> bytes | None:
        at = _line_end(self._kept)
        if at < 0 and len(self._kept) < _KEPT:
            return None
        if 0 <= at <= _KEPT:
            message = bytes(self._kept[:at])
            del self._kept[: at + 1]
            return message
        message = bytes(self._kept[:_KEPT])
        del self._kept[:_KEPT]
        self._over = -1
        return message


def _line_end(data: bytearray) -> int:
    ends = [at for at in (data.find(_LINE_ENDS[:1]), data.find(_LINE_ENDS[1:])) if at >= 0]
    return min(ends, default=-1)
