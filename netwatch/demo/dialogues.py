"""What devices and servers of the synthetic province say by TCP, one conversation each.

A server's certificate and its faults follow from the world as it is when somebody comes.
"""

import asyncio
import base64
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from inventory.snapshot import Device, Service
from netwatch.demo import documents
from netwatch.demo.catalogue import CODEC, WEB_IO
from netwatch.demo.world import Reality

_LONGEST = 8192
_MOST_LINES = 50
_MODBUS_HEADER = 7


@dataclass(frozen=True, slots=True)
class Host:
    """Who is asked: a device, the service it runs if any, the world, and the user's proof it wants (HTTP Basic)."""

    device: Device
    service: Service | None
    reality: Reality
    login: str
    secure: Callable[[StreamWriter], Awaitable[None]]

    @property
    def stopped(self) -> bool:
        """Whether its service answers with a fault."""
        return self.service is not None and self.service.id in self.reality.world.stopped


Dialogue = Callable[[StreamReader, StreamWriter, Host], Awaitable[None]]


async def _head(reader: StreamReader) -> list[str]:
    """The lines of a head up to the empty one."""
    return (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]


async def http(reader: StreamReader, writer: StreamWriter, host: Host) -> None:
    """One request, one page."""
    request, *headers = await _head(reader)
    path = [*request.split(" "), ""][1]
    told = (line.partition(":") for line in headers)
    proof = next((value.strip() for name, _, value in told if name.lower() == "authorization"), "")
    status, body = _page(path, proof, host)
    more = 'WWW-Authenticate: Basic realm="codec"\r\n' if status == "401 Unauthorized" else ""
    data = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{more}Content-Length: {len(data)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + data)


def _page(path: str, proof: str, host: Host) -> tuple[str, str]:
    if host.device.model == CODEC:
        wanted = "Basic " + base64.b64encode(host.login.encode()).decode()
        if proof != wanted:
            return "401 Unauthorized", ""
        return "200 OK", documents.codec(host.device, host.reality)
    if host.device.model == WEB_IO and path == "/state.xml":
        return "200 OK", documents.inputs(host.device, host.reality)
    if host.service is None:
        return "404 Not Found", ""
    if host.stopped:
        return "503 Service Unavailable", "<h1>Bảo trì</h1>"
    return "200 OK", f"<title>{host.service.name}</title><p>Cổng thông tin – DỮ LIỆU MẪU / SAMPLE DATA</p>"


async def smtp(reader: StreamReader, writer: StreamWriter, host: Host) -> None:
    """Greet, offer STARTTLS, and take no mail."""
    writer.write(b"220 thu.mau.example ESMTP\r\n")
    for _ in range(_MOST_LINES):
        word = (await reader.readline()).strip().upper().partition(b" ")[0]
        if word == b"EHLO":
            writer.write(b"250-thu.mau.example\r\n250 STARTTLS\r\n")
        elif word == b"STARTTLS":
            writer.write(b"220 go ahead\r\n")
            await host.secure(writer)
        elif word in (b"QUIT", b""):
            writer.write(b"221 bye\r\n")
            return
        else:
            writer.write(b"502 not here\r\n")


_SESSION = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=SAMPLE DATA\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"


async def rtsp(reader: StreamReader, writer: StreamWriter, host: Host) -> None:  # noqa: ARG001 - one shape for all
    """Say what can be done, and describe the stream."""
    for _ in range(_MOST_LINES):
        request, *headers = await _head(reader)
        number = next((line for line in headers if line.lower().startswith("cseq:")), "CSeq: 0")
        described = request.startswith("DESCRIBE ")
        body = _SESSION if described else ""
        more = "Content-Type: application/sdp\r\n" if described else "Public: OPTIONS, DESCRIBE\r\n"
        head = (
            f"RTSP/1.0 200 OK\r\n{number}\r\nServer: Mau camera\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write((head + body).encode())


async def line_api(reader: StreamReader, writer: StreamWriter, host: Host) -> None:
    """One line for each command."""
    for _ in range(_MOST_LINES):
        command = (await reader.readline()).decode("latin-1")
        if not command:
            return
        writer.write(documents.line_api(command, host.device).encode())


async def modbus(reader: StreamReader, writer: StreamWriter, host: Host) -> None:
    """One answer to each question, of whatever unit."""
    for _ in range(_MOST_LINES):
        header = await reader.readexactly(_MODBUS_HEADER)
        length = int.from_bytes(header[4:6], "big")
        if not 2 <= length <= 254:
            return
        asked = await reader.readexactly(length - 1)
        said = documents.modbus(asked, documents.registers(host.device, host.reality))
        writer.write(header[:4] + (len(said) + 1).to_bytes(2, "big") + header[6:7] + said)


async def h323(reader: StreamReader, writer: StreamWriter, host: Host) -> None:  # noqa: ARG001
    """Take the connection and wait for what never comes."""
    await reader.read(_LONGEST)


async def ssh(reader: StreamReader, writer: StreamWriter, host: Host) -> None:  # noqa: ARG001
    """Say which version is spoken."""
    writer.write(b"SSH-2.0-OpenSSH_9.2p1 SAMPLE\r\n")
    await reader.readline()


# By the name of the port; those that only some models or servers offer are refused by the others.
DIALOGUES: Mapping[str, Dialogue] = MappingProxyType(
    {
        "ssh": ssh,
        "smtp": smtp,
        "http": http,
        "https": http,
        "modbus": modbus,
        "rtsp": rtsp,
        "h323": h323,
        "yealink": line_api,
    }
)
# Who comes and then falls silent is not waited for.
PATIENCE = 15.0
FAULTS = (OSError, ssl.SSLError, EOFError, ValueError, asyncio.LimitOverrunError, TimeoutError)
