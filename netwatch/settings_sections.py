"""The sections of the settings: one frozen model each, their defaults, limits and what else is to be known of a key.

A key marked FIXED cannot change while the daemon runs. The sections [probes.<name>] follow from the probe files.
What each key means is written in netwatch.toml, which a test compares with these models.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    create_model,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_plain_validator_function
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from netwatch.settings_backup import BackupSettings
from netwatch.settings_base import (
    Interval,
    Mark,
    Name,
    PathText,
    Reference,
    Seconds,
    Section,
    YesNo,
    count,
)
from netwatch.settings_discovery import DiscoverySettings, discoverable
from netwatch.settings_faults import refuse, refuse_with, suggestion
from netwatch.settings_lightning import LightningSettings
from netwatch.settings_limits import LimitSettings
from netwatch.settings_notifications import (
    HeartbeatSettings,
    IncidentSettings,
    NotificationSettings,
    ReceiverSettings,
    RouteSettings,
    fitting,
)
from netwatch.settings_preflight import PreflightSettings
from netwatch.settings_reports import ReportSettings
from netwatch.settings_sources import Key
from netwatch.settings_syslog import SyslogSettings
from netwatch.web.listener import access_problem
from probes.contract import Probe
from probes.registry import probes as registered_probes

LAYERS = "layers"
ANY_NAME = "<name>"


def _octets(text: str, most: int) -> str:
    if len(text.encode()) > most:
        refuse("it must have at most {most} bytes.", most=most)
    return text


def _engine_id(text: str) -> str:
    if text and not re.fullmatch(r"([0-9a-fA-F]{2}){5,32}", text):
        refuse("an engine id is written as 10 to 64 hexadecimal digits, for example 80001f8804636f7265.")
    return text.lower()


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        refuse("'{text}' is not an IP address.", text=text)


def _zone(text: str) -> str:
    if text not in available_timezones():
        refuse(
            "this time zone is not known. {suggestion}", suggestion=suggestion(text, available_timezones())
        )
    return text


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or not 0 <= int(port) <= 65535 or not bare:
        refuse("write it as address:port, for example 127.0.0.1:9877 or [::1]:9877.")
    return _address(bare), int(port)


def _listen(text: str) -> str:
    _endpoint(text)
    return text


def _responder(text: str) -> str:
    if text:
        _endpoint(text)
    return text


def _store_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.split("+")[0] not in ("sqlite", "postgresql"):
        refuse("write sqlite:///path/of/a/file or postgresql://user@host/database.")
    if ":" in rest.partition("@")[0] and "@" in rest:
        refuse(
            "a password does not stand in the settings. Name it in store.password as file:/path or env:NAME."
        )
    return text


def _algorithm(given: object) -> object:
    """Devices and tools spell them SHA-256, SHA256, AES-128; SHA and AES alone are the first of their kind."""
    if not isinstance(given, str):
        return given
    plain = given.strip().lower().replace("-", "").replace("_", "")
    return {"sha": "sha1", "aes": "aes128"}.get(plain, plain)


Address = Annotated[str, AfterValidator(_address)]
# RFC 3414 section 5, usmUserName; RFC 3411 section 5, SnmpEngineID; RFC 3415 section 4, vacmContextName.
UserName = Annotated[str, AfterValidator(partial(_octets, most=32))]
ContextName = Annotated[str, AfterValidator(partial(_octets, most=255))]
EngineId = Annotated[str, AfterValidator(_engine_id)]


class DaemonSettings(Section):
    """[daemon]"""

    language: Literal["vi", "en"] = "vi"
    time_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    control_socket: Annotated[PathText, Mark.FIXED] = "netwatch.sock"
    control_group: Annotated[str, Mark.FIXED] = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which people read times."""
        return ZoneInfo(self.time_zone)


class StoreSettings(Section):
    """[store]"""

    url: Annotated[str, AfterValidator(_store_url), Mark.FIXED, Mark.URL] = "sqlite:///netwatch.db"
    password: Annotated[Reference, Mark.FIXED] = ""


class InventorySettings(Section):
    """[inventory]"""

    sample: YesNo = False


class AnchorSettings(Section):
    """[anchors]"""

    addresses: tuple[Address, ...] = ()
    interval: Interval = 10.0


class IntervalSettings(Section):
    """[intervals]"""

    witness: Interval = 30.0
    core: Interval = 30.0
    devices: Interval = 60.0
    lines: Interval = 60.0
    ports: Interval = 300.0
    equipment: Interval = 300.0
    recheck: Interval = 10.0


class HardeningSettings(Section):
    """[hardening]"""

    agree: Annotated[int, count(1, 20)] = 3
    of: Annotated[int, count(1, 20)] = 3

    @model_validator(mode="after")
    def _order(self) -> Self:
        _agreeable(self.agree, self.of)
        return self


class LookSettings(Section):
    """[looks]"""

    echoes: Annotated[int, count(1, 20)] = 5
    concurrency: Annotated[int, count(1, 100_000)] = 500
    workers: Annotated[int, count(1, 64), Mark.FIXED] = 1


class IcmpSettings(Section):
    """[icmp]"""

    rate: Annotated[int, count(1, 1_000_000), Mark.FIXED] = 2000
    simulated_responder: Annotated[str, AfterValidator(_responder), Mark.FIXED] = ""


class SnmpSettings(Section):
    """[snmp]"""

    timeout: Annotated[Seconds, Mark.FIXED] = 2.0
    retries: Annotated[int, count(0, 10), Mark.FIXED] = 2
    max_repetitions: Annotated[int, count(1, 100), Mark.FIXED] = 10
    max_repetitions_lan: Annotated[int, count(1, 100), Mark.FIXED] = 20
    lan_round_trip: Annotated[Seconds, Mark.FIXED] = 0.005
    credentials_retry: Annotated[Seconds, Mark.FIXED] = 300.0
    profiles: Annotated[PathText, Mark.FIXED] = "profiles"
    receive_buffer: Annotated[int, count(65_536, 1 << 30), Mark.FIXED] = 8_388_608


# What each kind of credential needs, and what else it may have.
CREDENTIALS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "snmp_v1": (("community",), ()),
        "snmp_v2c": (("community",), ()),
        "snmp_v3": (
            ("user",),
            ("auth", "auth_password", "privacy", "privacy_password", "context", "context_engine"),
        ),
        "login": (("user", "password"), ("enable_password",)),
    }
)


class Credential(Section):
    """[credentials.<name>]: a community for v1 and v2c; for v3 a user and what protects the messages; for what is no
    SNMP a user and a password.
    """

    kind: Literal["snmp_v1", "snmp_v2c", "snmp_v3", "login"]
    community: Reference = ""
    user: UserName = ""
    auth: Annotated[
        Literal["", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"], BeforeValidator(_algorithm)
    ] = ""
    auth_password: Reference = ""
    privacy: Annotated[
        Literal["", "des", "aes128", "aes192", "aes256", "aes192c", "aes256c"], BeforeValidator(_algorithm)
    ] = ""
    privacy_password: Reference = ""
    context: ContextName = ""
    context_engine: EngineId = ""
    password: Reference = ""
    enable_password: Reference = ""

    @property
    def secrets(self) -> Mapping[str, str]:
        """References to secrets by key, only those that are set."""
        references = {
            "community": self.community,
            "auth_password": self.auth_password,
            "privacy_password": self.privacy_password,
            "password": self.password,
            "enable_password": self.enable_password,
        }
        return MappingProxyType({key: reference for key, reference in references.items() if reference})

    @property
    def plain(self) -> Mapping[str, str]:
        """What is no secret, by key, only what is set."""
        texts = {
            "user": self.user,
            "auth": self.auth,
            "privacy": self.privacy,
            "context": self.context,
            "context_engine": self.context_engine,
        }
        return MappingProxyType({key: text for key, text in texts.items() if text})

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        needed, more = CREDENTIALS[self.kind]
        given = {*self.secrets, *self.plain}
        for key in needed:
            if key not in given:
                refuse("{key} is missing: kind {kind} needs it.", key=key, kind=self.kind)
        foreign = sorted(given - {*needed, *more})
        if foreign:
            refuse("{key} does not belong to kind {kind}.", key=foreign[0], kind=self.kind)
        for one, other in (("auth", "auth_password"), ("privacy", "privacy_password")):
            if (one in given) != (other in given):
                refuse("{one} and {other} go together: set both or neither.", one=one, other=other)
        if self.privacy and not self.auth:
            refuse("privacy needs auth: nothing is encrypted that is not authenticated.")
        return self


class ConnectionSettings(Section):
    """[connections]"""

    limit: Annotated[int, count(1, 10_000), Mark.FIXED] = 200
    authorities: Annotated[PathText, Mark.FIXED] = ""


class TrapSettings(Section):
    """[traps]"""

    listen: Annotated[str, AfterValidator(_responder), Mark.FIXED] = ""
    rate: Annotated[int, count(1, 100_000)] = 50
    burst: Annotated[int, count(1, 1_000_000)] = 200
    spacing: Seconds = 5.0
    engine_id: Annotated[EngineId, Mark.FIXED] = ""
    receive_buffer: Annotated[int, count(65_536, 1 << 30), Mark.FIXED] = 8_388_608

    @property
    def wanted(self) -> bool:
        """Whether an address is named."""
        return bool(self.listen)

    @property
    def host(self) -> str:
        """The address to listen at, where one is named."""
        return _endpoint(self.listen)[0]

    @property
    def port(self) -> int:
        """The port; 0 lets the system choose."""
        return _endpoint(self.listen)[1]


class ListenerSettings(Section):
    """[metrics] and [status_page]: beyond loopback only with TLS and a token or client certificates."""

    listen: Annotated[str, AfterValidator(_listen), Mark.FIXED]
    certificate: Annotated[PathText, Mark.FIXED] = ""
    key: Annotated[PathText, Mark.FIXED] = ""
    client_ca: Annotated[PathText, Mark.FIXED] = ""
    token: Annotated[Reference, Mark.FIXED] = ""

    @property
    def host(self) -> str:
        """The address to listen at."""
        return _endpoint(self.listen)[0]

    @property
    def port(self) -> int:
        """The port; 0 lets the system choose."""
        return _endpoint(self.listen)[1]

    @model_validator(mode="after")
    def _access(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            refuse("certificate and key go together: name both or neither.")
        tls = bool(self.certificate and self.key)
        problem = access_problem(self.host, tls, bool(self.token), bool(self.client_ca))
        if problem is not None:
            refuse_with(problem)
        return self


class MetricsSettings(ListenerSettings):
    """[metrics]"""

    listen: Annotated[str, AfterValidator(_listen), Mark.FIXED] = "127.0.0.1:9877"


class StatusPageSettings(ListenerSettings):
    """[status_page]"""

    listen: Annotated[str, AfterValidator(_listen), Mark.FIXED] = "127.0.0.1:9878"


class ProbeSettings(Section):
    """[probes.<name>]: what is None is decided by the target's role, then by the probe file."""

    interval: Interval | None = None
    timeout: Seconds | None = None
    agree: Annotated[int, count(1, 20)] | None = None
    of: Annotated[int, count(1, 20)] | None = None

    @property
    def params(self) -> Mapping[str, Any]:
        """The probe's own parameters, only those that were set."""
        own = self.model_fields_set - ProbeSettings.model_fields.keys()
        return MappingProxyType({name: getattr(self, name) for name in sorted(own)})

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.interval and self.timeout and self.timeout >= self.interval:
            refuse("timeout must be shorter than interval.")
        if (self.agree is None) != (self.of is None):
            refuse("agree and of go together: set both or neither.")
        _agreeable(self.agree or 1, self.of or 1)
        return self


def _agreeable(agree: int, of: int) -> None:
    if agree > of:
        refuse("agree = {agree} of {of}: more looks cannot agree than are counted.", agree=agree, of=of)


class ProbeSections(Section):
    """[probes]: one field per registered probe."""

    def by_name(self) -> Mapping[str, ProbeSettings]:
        """The section of every registered probe."""
        return MappingProxyType({name: getattr(self, name) for name in type(self).model_fields})


class _FromRegistry:
    """Lets [probes] have one section per registered probe, each with that probe's parameters.

    The probes are loaded when there is something to check: most commands and most files need none of them.
    """

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_plain_validator_function(lambda given: probe_sections().model_validate(given))


@cache
def probe_sections() -> type[ProbeSections]:
    """The model of [probes], from the probe files."""
    fields: dict[str, Any] = {}
    for name, probe in registered_probes().items():
        section = _probe_section(name, probe)
        fields[name] = (section, section())
    return create_model("ProbeSections", __base__=ProbeSections, **fields)


@cache
def _no_probe_sections() -> ProbeSections:
    return probe_sections()()


def _probe_section(name: str, probe: Probe) -> type[ProbeSettings]:
    own: dict[str, Any] = {
        key: (field.rebuild_annotation(), field)
        for key, field in probe.params.model_fields.items()
        if not field.is_required() and key not in ProbeSettings.model_fields
    }
    return create_model(f"Probe_{name}", __base__=ProbeSettings, **own)


class Settings(BaseSettings):
    """All sections. Made by `load`, or in tests by `Settings(daemon={...})`."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=False
    )

    daemon: DaemonSettings = DaemonSettings()
    store: StoreSettings = StoreSettings()
    inventory: InventorySettings = InventorySettings()
    anchors: AnchorSettings = AnchorSettings()
    intervals: IntervalSettings = IntervalSettings()
    hardening: HardeningSettings = HardeningSettings()
    looks: LookSettings = LookSettings()
    icmp: IcmpSettings = IcmpSettings()
    snmp: SnmpSettings = SnmpSettings()
    connections: ConnectionSettings = ConnectionSettings()
    traps: TrapSettings = TrapSettings()
    syslog: SyslogSettings = SyslogSettings()
    credentials: Mapping[Name, Credential] = Field(default_factory=dict)
    discovery: DiscoverySettings = DiscoverySettings()
    preflight: PreflightSettings = PreflightSettings()
    lightning: LightningSettings = LightningSettings()
    limits: LimitSettings = LimitSettings()
    backup: BackupSettings = BackupSettings()
    reports: ReportSettings = ReportSettings()
    incidents: IncidentSettings = IncidentSettings()
    notifications: NotificationSettings = NotificationSettings()
    receivers: Mapping[Name, ReceiverSettings] = Field(default_factory=dict)
    routes: Mapping[Name, RouteSettings] = Field(default_factory=dict)
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    metrics: MetricsSettings = MetricsSettings()
    status_page: StatusPageSettings = StatusPageSettings()
    given_probe_sections: Annotated[ProbeSections | None, _FromRegistry()] = Field(
        default=None, alias="probes"
    )

    @property
    def probe_sections(self) -> ProbeSections:
        """[probes], also of a file that has none."""
        return self.given_probe_sections or _no_probe_sections()

    @property
    def probes(self) -> Mapping[str, ProbeSettings]:
        """The section of every registered probe by its name."""
        return self.probe_sections.by_name()

    @model_validator(mode="after")
    def _fit(self) -> Self:
        fitting(self.receivers, self.routes)
        discoverable(self.discovery, {name: each.kind for name, each in self.credentials.items()})
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The layers `load` read, the strongest first; the library merges them key by key."""
        given = dict(init_settings()) if isinstance(init_settings, InitSettingsSource) else {}
        layers = given.pop(LAYERS, ())
        return tuple(InitSettingsSource(settings_cls, dict(values)) for values in (given, *layers))


def children(model: BaseModel) -> Sequence[tuple[str, Any]]:
    """What stands in a section by its name in the file, also the sections of probes that the file does not name."""
    return [
        (field.alias or name, getattr(model, _FILLED.get(name, name)))
        for name, field in type(model).model_fields.items()
    ]


_FILLED: Mapping[str, str] = MappingProxyType({"given_probe_sections": "probe_sections"})


def keys(model: type[BaseModel] = Settings, prefix: Key = ()) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """Every key with its marks; those of sections that operators name stand once, as [credentials.<name>]."""
    for name, field in model.model_fields.items():
        own = (*prefix, field.alias or name)
        inner = section_of(field.annotation)
        if inner is None:
            yield own, tuple(field.metadata)
        else:
            yield from keys(inner, (*own, ANY_NAME) if _named(field.annotation) else own)


def _named(annotation: object) -> bool:
    """Whether a field holds sections that operators name."""
    return get_origin(annotation) is Mapping


def section_of(annotation: object) -> type[BaseModel] | None:
    """The model behind a field's annotation when it is a section or a mapping of sections."""
    if ProbeSections in (annotation, *get_args(annotation)):
        return probe_sections()
    inner = (annotation, *get_args(annotation))[-1]
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def below(key: Key, model: type[BaseModel] = Settings) -> tuple[str, ...]:
    """The names allowed directly below a section's key; none when there is no such section."""
    if not key:
        return tuple(field.alias or name for name, field in model.model_fields.items())
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    annotation = fields[key[0]].annotation if key[0] in fields else None
    inner = section_of(annotation)
    if inner is None:
        return ()
    return below(key[2:] if _named(annotation) else key[1:], inner)
