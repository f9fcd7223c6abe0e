"""Our side of SNMPv3 against an engine that plays the agent: discovery, time, credentials, and every kind of lie."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.secret import Secret
from probes.transports.errors import CredentialsFault, LocalFault
from probes.transports.snmp.ber import (
    GET,
    GET_BULK,
    REPORT,
    BerError,
    Response,
    encode_bindings,
    encode_integer,
    encode_oid,
    read_integer,
    tlv,
)
from probes.transports.snmp.speaker import Again
from probes.transports.snmp.usm import AUTHENTICATIONS, PRIVACIES, Keys, KeyStore, User
from probes.transports.snmp.v3 import V3Speaker, V3Speakers, user_of
from probes.transports.snmp.v3_listener import Opened, OwnEngine, Refusal, V3Receiver
from probes.transports.snmp.v3_listener import Report as ReportBack
from probes.transports.snmp.v3_message import (
    AUTHENTICATED,
    ENCRYPTED,
    LARGEST,
    encode_scoped,
    open_sealed,
    read_envelope,
    seal,
)

NAME = encode_oid("1.3.6.1.2.1.1.5.0")
PLACE = ("127.0.0.1", 161)
FIELDS = {
    "user": "netwatch",
    "auth": "sha256",
    "auth_password": "maplesyrup",
    "privacy": "aes128",
    "privacy_password": "syrupmaple",
}
SECRET = Secret("snmp_v3", FIELDS)
USER = user_of(SECRET, KeyStore(b"pepper"))
PLAIN_USER = User(b"netwatch")
COUNTERS = "1.3.6.1.6.3.15.1.1"


def said(request_id: int, value: bytes = b"here") -> bytes:
    """A Response that says so."""
    head = encode_integer(request_id) + b"\x02\x01\x00\x02\x01\x00"
    return tlv(0xA2, head + encode_bindings([(NAME, tlv(4, value))]))


class Agent:
    """An agent of one user: answers what it believes, by its own clock."""

    def __init__(
        self, user: User = USER, engine: bytes = b"engine-1", boots: int = 4, started: float = -9000.0
    ) -> None:
        self.receiver = V3Receiver(OwnEngine(engine, boots, started), lambda _: [user], 1)
        self.opened: list[Opened] = []

    def restart(self, **changes: object) -> None:
        """Go on with other boots, time or engine id."""
        self.receiver.own = replace(self.receiver.own, **changes)  # type: ignore[arg-type]

    def reply(self, data: bytes, now: float) -> bytes:
        opened = self.receiver.open(data, "us", now)
        if isinstance(opened, ReportBack):
            return opened.data
        self.opened.append(opened)
        return self.receiver.answer(opened, said(opened.message_id), now)


class Asking:
    """Asks one agent, with a new number each time."""

    def __init__(self, secret: Secret = SECRET) -> None:
        self.speakers = V3Speakers(b"pepper", 77)
        self.speaker: V3Speaker = self.speakers.speaker(PLACE, "tinh", secret)
        self.number = 1 << 24

    def request(self, now: float) -> bytes:
        self.number += 1
        return self.speaker.message(self.number, GET, (NAME,), 0, now)

    def exchange(self, agent: Agent, now: float) -> Response | Again:
        return self.speaker.read(agent.reply(self.request(now), now), now)

    def outcome(self, agent: Agent, now: float) -> list[str]:
        """What happens until there is an answer, at most two repetitions."""
        path: list[str] = []
        for _ in range(3):
            found = self.exchange(agent, now)
            if isinstance(found, Response):
                return [*path, "answer"]
            path.append(found.reason)
        return path


@pytest.fixture
def agent() -> Agent:
    """An agent that knows our user."""
    return Agent()


@pytest.fixture
def settled(agent: Agent) -> Asking:
    """Someone who has found out the agent's engine id, boots and time at second 0."""
    asking = Asking()
    assert asking.outcome(agent, 0.0) == ["engine", "time", "answer"]
    return asking


def genuine(
    asking: Asking,
    agent: Agent,
    pdu: bytes,
    *,
    flags: int = 3,
    user: User = USER,
    context: bytes = b"",
    boots: int | None = None,
    time: int | None = None,
    now: float = 0.0,
) -> bytes:
    """A message of the agent to the request under way, right in every way not named here."""
    own = agent.receiver.own
    return seal(
        asking.number,
        flags,
        own.id,
        own.boots if boots is None else boots,
        own.time(now) if time is None else time,
        user.name,
        Keys(user, own.id),
        5,
        encode_scoped(own.id, context, pdu),
    )


def report(request_id: int, oid: str) -> bytes:
    body = encode_integer(request_id) + b"\x02\x01\x00\x02\x01\x00"
    return tlv(REPORT, body + encode_bindings([(encode_oid(oid), b"\x41\x01\x07")]))


def test_first_contact_takes_two_reports_and_no_more(settled: Asking, agent: Agent) -> None:
    """RFC 3414 section 4; after that every request is answered at once."""
    assert settled.outcome(agent, 1.0) == ["answer"]
    assert settled.outcome(agent, 10_000.0) == ["answer"]


@pytest.mark.parametrize("level", ["", "auth", "privacy"])
def test_every_level_reaches_the_agent_as_such(level: str) -> None:
    """noAuthNoPriv, authNoPriv, authPriv; without authentication there is no time to find out."""
    fields = FIELDS | ({} if level == "privacy" else {"privacy": ""})
    secret = Secret("snmp_v3", fields | ({} if level else {"auth": ""}))
    one = Agent(user_of(secret, KeyStore(b"pepper")))
    steps = ["engine", "time", "answer"] if level else ["engine", "answer"]
    assert Asking(secret).outcome(one, 0.0) == steps
    assert one.opened[-1].level == {"": 0, "auth": 1, "privacy": 3}[level]


@pytest.mark.parametrize("privacy", PRIVACIES)
@pytest.mark.parametrize("auth", AUTHENTICATIONS)
def test_every_pair_of_algorithms_is_spoken(auth: str, privacy: str) -> None:
    """Both sides are ours here; real agents say elsewhere that they understand it too."""
    secret = Secret("snmp_v3", FIELDS | {"auth": auth, "privacy": privacy})
    one = Agent(user_of(secret, KeyStore(b"pepper")))
    assert Asking(secret).outcome(one, 0.0) == ["engine", "time", "answer"]


def test_the_answer_is_the_agents(settled: Asking, agent: Agent) -> None:
    """Values and the request id come out as they were sent."""
    found = settled.exchange(agent, 1.0)
    assert found == Response(settled.number, 0, 0, [(NAME, 4, b"here")])


def test_context_and_context_engine_are_sent(agent: Agent) -> None:
    """As the credential says; without it the context is empty and the engine the agent's own."""
    Asking().outcome(agent, 0.0)
    assert (agent.opened[-1].context_engine, agent.opened[-1].context) == (b"engine-1", b"")
    secret = Secret("snmp_v3", FIELDS | {"context": "vlan-7", "context_engine": "8000000001020304"})
    assert Asking(secret).outcome(agent, 0.0)[-1] == "answer"
    assert agent.opened[-1].context_engine == bytes.fromhex("8000000001020304")
    assert agent.opened[-1].context == b"vlan-7"


def test_repetitions_reach_the_agent(settled: Asking, agent: Agent) -> None:
    """GetBulk bears them where a plain request bears its error index."""
    agent.reply(settled.speaker.message(settled.number + 1, GET_BULK, (NAME,), 25, 1.0), 1.0)
    pdu = agent.opened[-1].pdu
    assert pdu[0] == GET_BULK
    at = 2
    values = []
    for _ in range(3):
        value, at = read_integer(pdu, at)
        values.append(value)
    assert values == [settled.number + 1, 0, 25]


def test_salts_never_repeat(settled: Asking) -> None:
    """Equal requests differ on the wire."""
    salts = {read_envelope(settled.request(1.0)).salt for _ in range(100)}
    assert len(salts) == 100


def test_after_a_restart_the_time_is_adopted_with_one_retry(settled: Asking, agent: Agent) -> None:
    """The authenticated Report tells the new boots and time."""
    agent.restart(boots=5, started=100.0)
    assert settled.outcome(agent, 110.0) == ["time", "answer"]


@pytest.mark.parametrize("boots", [0, 1, 3])
def test_boots_set_back_are_adopted_from_an_authentic_report(
    settled: Asking, agent: Agent, boots: int
) -> None:
    """Some agents lose the counter, or always tell 0."""
    agent.restart(boots=boots, started=100.0)
    assert settled.outcome(agent, 110.0) == ["time", "answer"]
    assert settled.outcome(agent, 120.0) == ["answer"]


def test_an_agent_of_boots_nought_is_understood() -> None:
    """At first contact it takes our zeros for the right time as long as it is young, or tells its own."""
    assert Asking().outcome(Agent(boots=0, started=-20.0), 0.0) == ["engine", "answer"]
    assert Asking().outcome(Agent(boots=0, started=-2000.0), 0.0) == ["engine", "time", "answer"]


def test_a_time_that_stays_wrong_is_told_after_one_retry(settled: Asking, agent: Agent) -> None:
    """An agent that calls every time wrong is a fault of its credentials' state, not a loop; later looks try again."""
    for start in (0, 1):
        steps: list[object] = []
        for turn in range(2):
            settled.request(1.0)
            data = genuine(settled, agent, report(settled.number, f"{COUNTERS}.2.0"), flags=1, time=start)
            try:
                steps.append(settled.speaker.read(data, 1.0))
            except CredentialsFault as fault:
                steps.append(fault.detail)
            assert turn == len(steps) - 1
        assert steps == [Again("time"), "tinh: notInTimeWindows"]


def test_a_changed_engine_id_is_found_out_anew(settled: Asking, agent: Agent) -> None:
    """A replaced device at the same address: unknownEngineIDs leads to rediscovery, then time."""
    agent.restart(id=b"engine-2", boots=1, started=0.0)
    assert settled.outcome(agent, 500.0) == ["engine", "time", "answer"]


def test_an_agent_that_does_not_know_its_own_engine_id_is_a_fault(settled: Asking, agent: Agent) -> None:
    """It names the id we used as the right one and refuses it: no loop."""
    settled.request(1.0)
    data = genuine(settled, agent, report(0, f"{COUNTERS}.4.0"), flags=0)
    with pytest.raises(CredentialsFault, match="tinh: unknownEngineIDs"):
        settled.speaker.read(data, 1.0)


@pytest.mark.parametrize(
    ("oid", "what"),
    [
        (f"{COUNTERS}.1.0", "unsupportedSecLevels"),
        (f"{COUNTERS}.3.0", "unknownUserNames"),
        (f"{COUNTERS}.5.0", "wrongDigests"),
        (f"{COUNTERS}.6.0", "decryptionErrors"),
        ("1.3.6.1.6.3.12.1.5.0", "unknownContexts"),
    ],
)
@pytest.mark.parametrize("flags", [0, AUTHENTICATED])
def test_what_the_agent_says_about_credentials_is_named(
    settled: Asking, agent: Agent, oid: str, what: str, flags: int
) -> None:
    """The credential's name and the counter's; with or without authentication, at least below the request's level."""
    settled.request(1.0)
    data = genuine(settled, agent, report(0, oid), flags=flags)
    with pytest.raises(CredentialsFault) as caught:
        settled.speaker.read(data, 1.0)
    assert caught.value.detail == f"tinh: {what}"


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"auth_password": "another-one"}, "wrongDigests"),
        ({"privacy": ""}, "unsupportedSecLevels"),
    ],
)
def test_wrong_credentials_are_the_agents_word(agent: Agent, fields: dict[str, str], what: str) -> None:
    """A real exchange: discovery, then the refusal."""
    asking = Asking(Secret("snmp_v3", FIELDS | fields))
    assert asking.exchange(agent, 0.0) == Again("engine")
    with pytest.raises(CredentialsFault, match=f"tinh: {what}"):
        asking.exchange(agent, 0.0)


def test_an_unauthenticated_report_never_changes_the_time(settled: Asking, agent: Agent) -> None:
    """notInTimeWindows without a digest is ignored, and the next request is answered at once."""
    settled.request(1.0)
    data = genuine(settled, agent, report(0, f"{COUNTERS}.2.0"), flags=0, boots=999, time=1)
    with pytest.raises(BerError):
        settled.speaker.read(data, 1.0)
    assert settled.outcome(agent, 2.0) == ["answer"]


def test_a_complaint_about_an_earlier_request_blames_nobody(agent: Agent) -> None:
    """Two requests at once to an unknown agent: both find out its id, neither is a fault."""
    asking = Asking()
    first, second = agent.reply(asking.request(0.0), 0.0), agent.reply(asking.request(0.0), 0.0)
    assert asking.speaker.read(first, 0.0) == Again("engine")
    assert asking.speaker.read(second, 0.0) == Again("engine")
    assert asking.outcome(agent, 0.0) == ["time", "answer"]


@pytest.mark.parametrize("older", [151, 9000])
def test_an_answer_older_than_the_time_window_is_refused(settled: Asking, agent: Agent, older: int) -> None:
    """RFC 3414 section 3.2 (7)(b); the next request asks for the time anew."""
    settled.request(1.0)
    time = agent.receiver.own.time(1.0) - older
    with pytest.raises(BerError, match="time window"):
        settled.speaker.read(genuine(settled, agent, said(settled.number), time=time), 1.0)
    assert settled.outcome(agent, 2.0) == ["time", "answer"]


def test_an_answer_of_earlier_boots_is_refused(settled: Asking, agent: Agent) -> None:
    """However large its time."""
    settled.request(1.0)
    data = genuine(settled, agent, said(settled.number), boots=3, time=LARGEST)
    with pytest.raises(BerError, match="time window"):
        settled.speaker.read(data, 1.0)


def test_an_answer_within_the_time_window_is_taken(settled: Asking, agent: Agent) -> None:
    """149 seconds late is still in time, and does not set our clock back."""
    settled.request(1.0)
    time = agent.receiver.own.time(1.0) - 149
    assert isinstance(
        settled.speaker.read(genuine(settled, agent, said(settled.number), time=time), 1.0), Response
    )
    assert settled.outcome(agent, 2.0) == ["answer"]


def test_an_agent_whose_clock_stands_still_is_heard_again(settled: Asking, agent: Agent) -> None:
    """Its answers fall out of the window after a while: one look is lost, then the time is asked for anew."""
    time = agent.receiver.own.time(0.0)
    for now, fine in ((100.0, True), (200.0, False), (260.0, True)):
        settled.request(now)
        data = genuine(settled, agent, said(settled.number), time=time)
        if fine:
            assert isinstance(settled.speaker.read(data, now), Response)
        else:
            with pytest.raises(BerError):
                settled.speaker.read(data, now)


def test_a_message_of_the_last_boots_is_never_in_time(settled: Asking, agent: Agent) -> None:
    """RFC 3414 section 2.2.3: an engine whose boots are used up must be given new keys."""
    settled.request(1.0)
    with pytest.raises(BerError, match="time window"):
        settled.speaker.read(genuine(settled, agent, said(settled.number), boots=LARGEST), 1.0)


Spoil = Callable[[Asking, Agent], bytes]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda a, b: genuine(a, b, said(a.number), flags=0), id="no-digest"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number), flags=1), id="not-encrypted"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number), user=PLAIN_USER, flags=0), id="plain-user"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number), user=replace(USER, name=b"x")), id="user"),
        pytest.param(
            lambda a, b: genuine(a, b, said(a.number), user=replace(USER, authentication_key=b"k" * 32)),
            id="key",
        ),
        pytest.param(
            lambda a, b: genuine(a, b, said(a.number), user=replace(USER, privacy_key=b"k" * 32)),
            id="privacy-key",
        ),
        pytest.param(lambda a, b: genuine(a, Agent(engine=b"engine-9"), said(a.number)), id="engine"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number), context=b"other"), id="context"),
        pytest.param(
            lambda a, b: genuine(a, Agent(engine=b"engine-9"), report(0, f"{COUNTERS}.3.0"), flags=0),
            id="another-engines-report",
        ),
        pytest.param(
            lambda a, b: genuine(a, Agent(engine=b""), report(0, f"{COUNTERS}.5.0"), flags=0),
            id="nobodys-report",
        ),
        pytest.param(lambda a, b: genuine(a, b, said(a.number + 1)), id="request-id"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number)[:-2]), id="cut-inside"),
        pytest.param(lambda a, b: genuine(a, b, b"\xa0" + said(a.number)[1:]), id="a-request"),
        pytest.param(lambda a, b: genuine(a, b, report(0, "1.3.6.1.2.1.1.5.0")), id="odd-report"),
        pytest.param(lambda a, b: genuine(a, b, tlv(REPORT, b"")), id="empty-report"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number)) + b"\x00", id="bytes-after"),
        pytest.param(lambda a, b: genuine(a, b, said(a.number))[:-1], id="cut"),
        pytest.param(lambda a, b: b"", id="nothing"),
    ],
)
def test_forgeries_and_garbage_change_nothing(settled: Asking, agent: Agent, spoil: Spoil) -> None:
    """Each is refused, the right answer behind it is taken, and so is the next one."""
    settled.request(1.0)
    right = genuine(settled, agent, said(settled.number))
    with pytest.raises(BerError):
        settled.speaker.read(spoil(settled, agent), 1.0)
    assert isinstance(settled.speaker.read(right, 1.0), Response)
    assert settled.outcome(agent, 2.0) == ["answer"]


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_changed_message_is_refused_wherever_it_was_changed(data: st.DataObject) -> None:
    """Flipped bits, cuts and replaced stretches: nothing but the two errors, and boots and time stay."""
    agent, asking = Agent(), Asking()
    asking.outcome(agent, 0.0)
    asking.request(1.0)
    right = genuine(asking, agent, said(asking.number))
    at = data.draw(st.integers(0, len(right) - 1))
    instead = data.draw(st.binary(max_size=8))
    changed = right[:at] + instead + right[at + data.draw(st.integers(0, 8)) :]
    if changed != right:
        with pytest.raises((BerError, CredentialsFault)):
            asking.speaker.read(changed, 1.0)
    assert asking.outcome(agent, 2.0) == ["answer"]


@given(junk=st.binary(max_size=120), head=st.sampled_from(["", "30", "3082", "30800201", "30820100020103"]))
@settings(max_examples=150)
def test_nothing_but_its_own_errors_leaves_the_reader(junk: bytes, head: str) -> None:
    """Whatever the bytes."""
    with pytest.raises((BerError, CredentialsFault)):
        Asking().speaker.read(bytes.fromhex(head) + junk, 0.0)


@given(inside=st.binary(max_size=80), flags=st.sampled_from([0, AUTHENTICATED, AUTHENTICATED | ENCRYPTED]))
@settings(max_examples=150, deadline=None)
def test_nothing_but_its_own_errors_leaves_the_reader_of_the_inside(inside: bytes, flags: int) -> None:
    """Garbage under the right digest, as an agent with a fault of its own may send."""
    agent, asking = Agent(), Asking()
    asking.outcome(agent, 0.0)
    asking.request(1.0)
    own = agent.receiver.own
    data = seal(asking.number, flags, own.id, own.boots, 9001, USER.name, Keys(USER, own.id), 5, inside)
    with pytest.raises((BerError, CredentialsFault)):
        asking.speaker.read(data, 1.0)


@given(
    message_id=st.integers(1 << 24, LARGEST),
    engine=st.binary(min_size=5, max_size=32),
    boots=st.integers(0, LARGEST),
    time=st.integers(0, LARGEST),
    inside=st.binary(max_size=300),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_what_was_sealed_is_opened(
    message_id: int, engine: bytes, boots: int, time: int, inside: bytes, data: st.DataObject
) -> None:
    """Every size of every part, for every pair of algorithms."""
    auth, privacy = (
        data.draw(st.sampled_from(sorted(AUTHENTICATIONS))),
        data.draw(st.sampled_from(["des", "aes256"])),
    )
    keys = Keys(User(b"u" * 32, auth, privacy, b"k" * 64, b"p" * 64), engine)
    scoped = encode_scoped(engine, b"ctx", tlv(0xA2, inside))
    sealed = seal(message_id, 3, engine, boots, time, b"u" * 32, keys, 7, scoped)
    envelope = read_envelope(sealed)
    assert envelope[:6] == (message_id, 3, engine, boots, time, b"u" * 32)
    assert open_sealed(sealed, envelope, keys) == (engine, b"ctx", tlv(0xA2, inside))


def test_devices_that_share_an_engine_id_are_told_apart() -> None:
    """Cloned boxes: each has its own boots and time, by its address."""
    speakers = V3Speakers(b"pepper", 1)
    places = [("127.0.0.1", 161), ("127.0.0.2", 161), ("127.0.0.3", 161)]
    agents = [Agent(boots=1), Agent(boots=2, started=-50.0), Agent(engine=b"its-own")]
    steps = []
    for turn in range(2):
        for place, agent in zip(places, agents, strict=True):
            asking = Asking()
            asking.speaker = speakers.speaker(place, "tinh", SECRET)
            asking.number += 10 * turn
            steps.append(asking.outcome(agent, 0.0))
    assert steps[3:] == [["answer"]] * 3
    assert [speakers.engine_id(place) for place in places] == [b"engine-1", b"engine-1", b"its-own"]
    speakers.forget()
    assert speakers.engine_id(places[0]) == b""


def test_a_speaker_stays_the_same_while_its_secret_does() -> None:
    """A new password makes a new one, which knows the engine already."""
    speakers = V3Speakers(b"pepper", 1)
    first = speakers.speaker(PLACE, "tinh", SECRET)
    assert speakers.speaker(PLACE, "tinh", Secret("snmp_v3", dict(FIELDS))) is first
    assert (
        speakers.speaker(PLACE, "tinh", Secret("snmp_v3", FIELDS | {"auth_password": "12345678"}))
        is not first
    )


@pytest.mark.parametrize(
    "secret",
    [
        Secret("snmp_v2c", {"community": "x"}),
        Secret("snmp_v3", {}),
        Secret("snmp_v3", {"user": ""}),
        Secret("snmp_v3", {"user": "u" * 33}),
        Secret("snmp_v3", FIELDS | {"auth": "crc32"}),
        Secret("snmp_v3", FIELDS | {"privacy": "rot13"}),
        Secret("snmp_v3", FIELDS | {"auth": ""}),
        Secret("snmp_v3", FIELDS | {"auth_password": ""}),
        Secret("snmp_v3", FIELDS | {"context_engine": "xyz"}),
    ],
)
def test_a_secret_that_describes_no_user_is_our_fault(secret: Secret) -> None:
    """With the credential's name and nothing of what it holds."""
    with pytest.raises(LocalFault) as caught:
        V3Speakers(b"pepper", 1).speaker(PLACE, "tinh", secret)
    assert caught.value.detail == "tinh"


def test_keys_and_passwords_do_not_show() -> None:
    """Neither in the speaker nor in what it shares."""
    asking = Asking()
    shown = repr(vars(asking.speakers)) + repr(asking.speaker)
    assert "maplesyrup" not in shown
    assert repr(USER.authentication_key) not in shown


def test_a_refusal_is_counted_by_the_other_side(agent: Agent) -> None:
    """The agent's own counters, of which its Reports tell."""
    asking = Asking()
    asking.outcome(agent, 0.0)
    assert agent.receiver.counts == {"unknownEngineIDs": 1, "notInTimeWindows": 1}
    with pytest.raises(Refusal):
        agent.receiver.open(
            seal(1, 0, b"engine-1", 0, 0, b"x", Keys(PLAIN_USER, b""), 0, encode_scoped(b"", b"", said(1))),
            "us",
            0.0,
        )
