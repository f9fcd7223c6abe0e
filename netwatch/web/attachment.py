"""Downloads of documents attached to items: handed over as files, never shown by the browser in our name."""

from dataclasses import dataclass
from urllib.parse import quote

from anyio import Semaphore, move_on_after
from fastapi import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from inventory.media import media_type
from inventory.snapshot import Attachment
from netwatch.control.contract import Refused
from netwatch.store.contract import StoreFault
from netwatch.web.view import View

PATH = "/attachment/"
UNKNOWN = "application/octet-stream"
# Each holds a whole document, of up to 20 MB, until it is sent, however slowly that is taken.
MOST_AT_ONCE, PATIENCE_SECONDS = 4, 300.0


class AttachmentDownload:
    """Answers GET of /attachment/ID; who may see the page may fetch what is listed on it."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._turns = Semaphore(MOST_AT_ONCE)

    async def answer(self, request: Request) -> ASGIApp:
        """The document, or a sentence about why there is none."""
        return InTurn(self, request, self._turns)

    async def response(self, request: Request) -> Response:
        """The document itself, read whole."""
        _ = self._view.translate
        id_ = request.path_params["attachment"]
        record = self._view.present().inventory.of("attachment").get(id_)
        if record is None or self._view.content is None:
            return PlainTextResponse(_("There is no such document.") + "\n", 404)
        try:
            content = await self._view.content(record)
        except Refused as refused:
            text = " ".join(one.words(self._view.translator()) for one in refused.sentences)
            return PlainTextResponse(text + "\n", 404)
        except StoreFault:
            return PlainTextResponse(_("The database cannot be read at the moment.") + "\n", 503)
        return Response(content, media_type=media_type(content) or UNKNOWN, headers=disposition(record))


@dataclass(frozen=True, slots=True)
class InTurn:
    """An answer that is made when its turn has come, and must be taken in time."""

    download: AttachmentDownload
    request: Request
    turns: Semaphore

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make and send it."""
        async with self.turns:
            with move_on_after(PATIENCE_SECONDS):
                response = await self.download.response(self.request)
                await response(scope, receive, send)


def disposition(record: Attachment) -> dict[str, str]:
    """As a file of its name, in the form that takes any letters (RFC 6266, RFC 8187)."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in ".-_ ") else "_"
        for letter in record.name
    )
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(record.name, safe='')}"
    return {"content-disposition": named}
