"""HTTP and HTTPS: does a page come, with the right status and text, how fast, and is the certificate good.

Redirects are followed, proxies never used. A page is good when its status is one of those expected (200 to 399 unless
said otherwise) and each text expected stands in its first mebibyte.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from probes.contract import Fact, Metric, Note, Params, Probe, Reason, Sample, Seen, Target
from probes.kit import Kit
from probes.serving import (
    ANSWER_SECONDS,
    CERTIFICATE_REMAINING,
    CERTIFICATE_VALID,
    USABLE,
    answered_in,
    certificate,
    plain,
    unusable,
    usable,
)
from probes.transports.errors import TransportError
from probes.transports.web.contract import Request, Response

_STATUSES = re.compile(r"([1-5]\d\d)(?:-([1-5]\d\d))?", re.ASCII)
_SERVER_FAULTS = range(500, 600)


def _checked(text: str) -> str:
    if _STATUSES.fullmatch(text) is None:
        raise ValueError(f"'{text}' is no status; write 200, or 200-299 for several")
    return text


Statuses = Annotated[str, AfterValidator(_checked)]


class PageParams(Params):
    """Which page, and what makes it good; of several statuses one must fit, of several texts all."""

    url: str
    status: tuple[Statuses, ...] = ("200-399",)
    text: tuple[str, ...] = ()
    redirects: int = Field(5, ge=0, le=10)


async def look(target: Target, params: PageParams, kit: Kit) -> Seen:
    """Ask for the page."""
    request = Request(params.url, redirects=params.redirects, logins=kit.logins(target))
    try:
        address = (await kit.resolve(target.address))[0]
        response = await kit.fetch(address, request)
    except TransportError as error:
        return unusable(error)
    readings = (
        _judged(response, params),
        answered_in(response.took),
        Sample("", "http_first_byte_seconds", response.first_byte),
        Sample("", "http_status_code", float(response.status)),
        Note("", "url", plain(response.url)),
        *certificate(response.presented),
    )
    return Seen(readings)


def _judged(response: Response, params: PageParams) -> Fact:
    said = f"{response.status} {response.phrase}"
    if not any(_fits(response.status, wanted) for wanted in params.status):
        if response.status in _SERVER_FAULTS:
            return usable(False, Reason.SERVER_FAULT, said)
        return usable(False, Reason.NOT_AS_EXPECTED, said)
    missing = next((text for text in params.text if text not in response.text), None)
    if missing is not None:
        return usable(False, Reason.NOT_AS_EXPECTED, f"text={missing}")
    return usable(True, Reason.AS_EXPECTED, said)


def _fits(status: int, wanted: str) -> bool:
    low, _, high = wanted.partition("-")
    return int(low) <= status <= int(high or low)


PROBE = Probe(
    name="http_get",
    params=PageParams,
    look=look,
    facts=(USABLE,),
    part_facts=(CERTIFICATE_VALID,),
    metrics=(
        ANSWER_SECONDS,
        Metric("http_first_byte_seconds", "Time until the first byte of the answer, redirects included."),
        Metric("http_status_code", "Status of the last answer."),
        CERTIFICATE_REMAINING,
    ),
    interval=60.0,
    timeout=15.0,
)
