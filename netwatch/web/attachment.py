"""Downloads of documents attached to items: handed over as files, never shown by the browser in our name."""

from urllib.parse import quote

from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from inventory.media import media_type
from inventory.snapshot import Attachment
from netwatch.control.contract import Refused
from netwatch.store.contract import StoreFault
from netwatch.web.view import View

PATH = "/attachment/"
UNKNOWN = "application/octet-stream"


class AttachmentDownload:
    """Answers GET of /attachment/ID; who may see the page may fetch what is listed on it."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def answer(self, request: Request) -> Response:
        """The document, or a sentence about why there is none."""
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


def disposition(record: Attachment) -> dict[str, str]:
    """As a file of its name, in the form that takes any letters (RFC 6266, RFC 8187)."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in ".-_ ") else "_"
        for letter in record.name
    )
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(record.name, safe='')}"
    return {"content-disposition": named}
