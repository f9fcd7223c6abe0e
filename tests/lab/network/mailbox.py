"""A mail server that keeps what it accepts: one JSON line a message, written through before the sender hears '250'.

    mailbox.py ADDRESS PORT FILE

A line holds when it came (seconds since 1970), to whom, the Message-ID, the subject and the plain text.
"""

import asyncio
import email
import email.policy
import json
import os
import sys
import time
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Appends every message to a file."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server with a whole message."""
        content = cast("bytes", envelope.content)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        plain = mail.get_body(("plain",))
        kept = {
            "at": time.time(),
            "to": envelope.rcpt_tos,
            "reference": str(mail["Message-ID"]),
            "subject": str(mail["Subject"]),
            "text": plain.get_content() if plain else "",
        }
        self._file.write(json.dumps(kept, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        return "250 OK"


async def serve(address: str, port: int, file: Path) -> None:
    """Take mail in for ever."""
    keeper = Keeper(file)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), address, port)
    print("ready", flush=True)  # noqa: T201 - the program says so
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
