"""The province on the wire: what answers echoes and datagrams for every living address, and for no other."""

import heapq
import random
import selectors
import socket
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from inventory.protocols import protocol
from inventory.snapshot import Device
from netwatch.clock import SECOND, Clock
from netwatch.demo import datagrams, names
from netwatch.demo.agent import decode_request, respond
from netwatch.demo.dice import Dice
from netwatch.demo.echoes import Echoes, drain, send_from, sent_to
from netwatch.demo.glance import Glance
from netwatch.demo.meters import Meters
from netwatch.demo.truth import standing
from netwatch.demo.world import WHOLE, Medium, Reality, Region, World, reality
from probes.transports.snmp.ber import BerError


class Travel(NamedTuple):
    """How packets travel over a medium: delay and jitter of a round trip in seconds, loss as a share."""

    least: float
    most: float
    jitter: float
    loss: float


TRAVELS: Mapping[Medium, Travel] = MappingProxyType(
    {
        Medium.LOCAL: Travel(0.0003, 0.0012, 0.0002, 0.0),
        Medium.FIBRE: Travel(0.003, 0.018, 0.001, 0.0),
        Medium.MOBILE: Travel(0.040, 0.085, 0.012, 0.004),
    }
)
_PATH_DICE = Dice(0)


def round_trip(address: str, medium: Medium, throw: random.Random) -> float | None:
    """How long a packet to an address and back takes, seconds; None when it is lost."""
    travel = TRAVELS[medium]
    if throw.random() < travel.loss:
        return None
    length = travel.least + (travel.most - travel.least) * _PATH_DICE.share(address)
    return length + throw.expovariate(1 / travel.jitter)


class Responder:
    """Answers for the province as it is in the present world; `turn` is called again and again."""

    def __init__(
        self,
        laid: Region,
        echoes: Echoes,
        agents: Mapping[str, socket.socket],
        community: bytes,
        clock: Clock,
        throw: random.Random,
    ) -> None:
        self._echoes = echoes
        self._agents = agents
        self._community = community
        self._clock = clock
        self._throw = throw
        self._reality = reality(laid, WHOLE)
        self._by_address = {device.address: device for device in laid.devices.values() if device.address}
        self._services = tuple(laid.inventory.of("service").values())
        portals = (laid.devices[item.device] for item in self._services if item.kind == "web" and item.device)
        self._zone = {names.PORTAL: next(portals).address or ""}
        self._meters = Meters()
        # As if everything had run for some days, each site for another time.
        self._booted = {site: self._wall() - days(site) for site in laid.inventory.of("site")}
        self._started: dict[str, float] = {}
        self._mains_lost: dict[str, float] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def _wall(self) -> float:
        return self._clock.now() / SECOND

    @property
    def reality(self) -> Reality:
        """How things are now."""
        return self._reality

    def become(self, world: World) -> None:
        """Let another world be the present one; what gets power back starts anew, and what is swapped."""
        lit = self._reality.world.dark - world.dark
        swapped = self._reality.world.swapped ^ world.swapped
        self._started.update(dict.fromkeys(swapped, self._wall()))
        self._meters.forget(swapped)
        for site in lit:
            self._booted[site] = self._wall()
        self._meters.forget(device.id for device in self._by_address.values() if device.site in lit)
        for device in world.on_battery - self._reality.world.on_battery:
            self._mains_lost[device] = self._wall()
        self._reality = reality(self._reality.region, world)

    def register(self, selector: selectors.BaseSelector) -> None:
        """Have the selector watch the sockets; their data are what to call when they become readable."""
        selector.register(self._echoes.socket, selectors.EVENT_READ, self._hear_echoes)
        for name, opened in self._agents.items():
            selector.register(opened, selectors.EVENT_READ, partial(self._hear_requests, name, opened))

    def send_due(self) -> float | None:
        """Send what has travelled long enough; seconds until the next is due, None when nothing is on its way."""
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()
        return self._due[0][0] - now if self._due else None

    def _hear_echoes(self) -> None:
        for asked in self._echoes.receive():
            self._travel(asked.address, partial(self._echoes.reply, asked))

    def _hear_requests(self, name: str, opened: socket.socket) -> None:
        for data, ancillary, sender in drain(opened):
            address = sent_to(ancillary)
            device = self._by_address.get(address or "")
            if address and device and address in self._reality.answering:
                answer = self._ANSWERS[name](self, data, device)
                if answer is not None:
                    self._travel(address, partial(send_from, opened, answer, address, sender))

    def _to_sip(self, data: bytes, device: Device) -> bytes | None:
        """What the device answers where it speaks SIP."""
        return datagrams.sip(data, device.model or "") if protocol(device, "sip") else None

    def _to_names(self, data: bytes, device: Device) -> bytes | None:
        """What the name server answers, where there is one."""
        serves = any(item.kind == "dns" and item.device == device.id for item in self._services)
        return datagrams.names(data, self._zone) if serves else None

    def _to_snmp(self, data: bytes, device: Device) -> bytes | None:
        """What the device's agent says; nothing to what is no request or bears another community."""
        try:
            request = decode_request(data)
        except BerError:
            return None
        if request.community != self._community:
            return None
        booted = max(self._booted[device.site], self._started.get(device.id, 0.0))
        found, lost = standing(device, self._reality.world.swapped), self._mains_lost.get(device.id)
        return respond(request, Glance(found, self._reality, self._meters, booted, self._wall(), lost))

    _ANSWERS = MappingProxyType({"snmp": _to_snmp, "sip": _to_sip, "dns": _to_names})

    def _travel(self, address: str, arrive: Callable[[], None]) -> None:
        medium = self._reality.answering.get(address)
        delay = round_trip(address, medium, self._throw) if medium else None
        if delay is not None:
            self._number += 1
            heapq.heappush(self._due, (self._clock.monotonic() + delay, self._number, arrive))


def days(site: str) -> float:
    """For how long a site had power when the demo began, seconds."""
    return 86_400.0 * (1 + 30 * _PATH_DICE.share(f"{site} booted"))
