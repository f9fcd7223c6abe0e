"""The SNMP engine behind the seam: who is asked with which credentials, and the sockets for it."""

import asyncio
import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from socket import AF_INET, AF_INET6

from probes.contract import Target
from probes.messages import Message
from probes.secret import ResolveSecret
from probes.transports.errors import CredentialsFault, LocalFault, NoRoute
from probes.transports.snmp.agent import Agent
from probes.transports.snmp.channel import Channel
from probes.transports.snmp.contract import Answer, Manners, Question, Table, Values, question
from probes.transports.snmp.multiget import Ask, Get
from probes.transports.snmp.operation import Shared
from probes.transports.snmp.options import SnmpOptions
from probes.transports.snmp.speaker import Communities, Speaker, Speakers
from probes.transports.snmp.v3 import KIND, V3Speakers
from probes.transports.snmp.walking import Walking
from probes.transports.sockets import address_family, receive_buffer, socket_address

__all__ = ["SnmpEngine", "SnmpOptions", "open_snmp"]

_FAMILIES: Mapping[int, str] = {AF_INET: "IPv4", AF_INET6: "IPv6"}
_MOST_AGENTS = 100_000


class SnmpEngine:
    """SNMP over one socket per address family; see `Snmp` for its face. Make it by `open_snmp`.

    A v1 or v2c agent does not answer a wrong community, so silence is all that can be told; no other blame is invented.
    An agent that says of every credential that it is wrong is left alone for a while: asking it raises the
    CredentialsFault at once.
    """

    def __init__(
        self,
        channels: Mapping[int, Channel],
        options: SnmpOptions,
        resolve_secret: ResolveSecret,
        remarks: tuple[Message, ...],
        v3: V3Speakers,
    ) -> None:
        self.remarks = remarks
        self.spared = 0
        self._channels = channels
        self._resolve_secret = resolve_secret
        self._v3 = v3
        communities = Communities()
        self._speakers: dict[str, Speakers] = {**dict.fromkeys(communities.KINDS, communities), KIND: v3}
        self._shared = Shared(asyncio.get_running_loop(), options, self._speaker)
        self._agents: dict[tuple[str, int], Agent] = {}

    @property
    def receive_buffer_bytes(self) -> Mapping[str, int]:
        """The receive buffer achieved, by address family."""
        return {
            _FAMILIES[family]: receive_buffer(channel.socket) for family, channel in self._channels.items()
        }

    async def get(self, target: Target, oids: Sequence[str], *, until: float | None = None) -> Answer:
        """As `Snmp.get`; asks for at most 20 values at once, fewer when the agent says tooBig."""
        wanted = question(tuple(oids))
        operation = Get(self._shared, self._agent(target), target.credentials, until, wanted)
        operation.begin()
        try:
            return await operation.future
        except asyncio.CancelledError:
            operation.abandon()
            raise

    async def ask(self, target: Target, wanted: Question, *, until: float | None = None) -> Values:
        """As `Snmp.ask`; remembers how many values at once the agent could answer."""
        operation = Ask(self._shared, self._agent(target), target.credentials, until, wanted)
        operation.begin()
        try:
            return await operation.future
        except asyncio.CancelledError:
            operation.abandon()
            raise

    async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:
        """As `Snmp.walk`; remembers how many rows at once the agent could answer."""
        operation = Walking(self._shared, self._agent(target), target.credentials, until, columns)
        operation.begin()
        try:
            return await operation.future
        except asyncio.CancelledError:
            operation.abandon()
            raise

    def mind(self, target: Target, manners: Manners) -> None:
        """As `Snmp.mind`."""
        self._agent(target).manners = manners

    def forget(self) -> None:
        """Forget what was learned and every prepared request, after credentials or the plan have changed."""
        self._agents.clear()
        for speakers in self._speakers.values():
            speakers.forget()

    def counts(self) -> dict[str, int]:
        """As `Snmp.counts`; `snmp_spared` counts questions not sent because the credentials were refused before."""
        channels = self._channels.values()
        names = ("requests", "answers", "timeouts", "errors")
        strays = ("late", "foreign", "garbage")
        return {
            **{f"snmp_{name}": sum(getattr(each, name) for each in channels) for name in names},
            **{f"snmp_{name}": sum(getattr(each.strays, name) for each in channels) for name in strays},
            "snmp_stray_senders": sum(len(each.strays) for each in channels),
            "snmp_spared": self.spared,
        }

    def strays(self, most: int = 10) -> Mapping[str, int]:
        """As `Snmp.strays`."""
        found = [item for channel in self._channels.values() for item in channel.strays.worst(most).items()]
        sums = ((sender, sum(stray)) for sender, stray in found)
        return dict(sorted(sums, key=lambda item: -item[1])[:most])

    def engine_id(self, target: Target) -> str:
        """As `Snmp.engine_id`."""
        agent = self._agents.get((target.address, target.snmp_port))
        return "" if agent is None else self._v3.engine_id(agent.address).hex()

    def _agent(self, target: Target) -> Agent:
        """What is known of the target's agent; raises what keeps us from asking it at all."""
        agent = self._agents.get((target.address, target.snmp_port))
        if agent is None:
            agent = self._new_agent(target)
        if not target.credentials:
            raise LocalFault("no credentials named")
        if agent.quiet_until and agent.quiet_for == target.credentials:
            if self._shared.loop.time() < agent.quiet_until:
                self.spared += 1
                raise CredentialsFault(agent.quiet_detail)
            agent.quiet_until = 0.0
        return agent

    def _new_agent(self, target: Target) -> Agent:
        family = address_family(target.address)
        channel = self._channels.get(family)
        if channel is None:
            raise NoRoute(_FAMILIES[family])
        if len(self._agents) >= _MOST_AGENTS:
            self._agents.clear()
        if len(channel.talking) >= _MOST_AGENTS:
            channel.talking.clear()
        agent = Agent(socket_address(target.address, target.snmp_port), channel)
        self._agents[target.address, target.snmp_port] = agent
        return agent

    def _speaker(self, agent: Agent, name: str) -> Speaker:
        """How to speak to an agent with this credential; the secret is read anew, as it may be a file."""
        try:
            secret = self._resolve_secret(name)
        except (LookupError, OSError):
            raise LocalFault(name) from None
        if secret is agent.secret and name == agent.speaker_name and agent.speaker is not None:
            return agent.speaker
        speakers = self._speakers.get(secret.kind)
        if speakers is None:
            raise LocalFault(name)
        agent.speaker = speaker = speakers.speaker(agent.address, name, secret)
        agent.secret, agent.speaker_name = secret, name
        return speaker


@contextmanager
def open_snmp(options: SnmpOptions, resolve_secret: ResolveSecret) -> Iterator[SnmpEngine]:
    """Open one socket per address family that the machine has; `remarks` say what is lacking."""
    channels: dict[int, Channel] = {}
    v3 = V3Speakers(os.urandom(32), int.from_bytes(os.urandom(8), "big"))
    remarks: list[Message] = []
    with ExitStack() as stack:
        for family, name in _FAMILIES.items():
            try:
                channel = Channel(family, options.receive_buffer_bytes)
            except OSError as error:
                reason = errno.errorcode.get(error.errno or 0, "")
                remarks.append(Message("socket.family", {"family": name, "error": reason}))
                continue
            channels[family] = stack.enter_context(closing(channel))
            got, asked = receive_buffer(channel.socket), options.receive_buffer_bytes
            if got < asked:
                params = {"transport": f"SNMP/{name}", "got": str(got), "asked": str(asked)}
                remarks.append(Message("socket.buffer", params))
        yield SnmpEngine(channels, options, resolve_secret, tuple(remarks), v3)
