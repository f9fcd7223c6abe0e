"""The device models of the synthetic province, and what a site of each sort is fitted with. Pure data.

Models whose objects the daemon reads bear the name of the product those objects belong to; all others are invented.
OIDs: APC PowerNet-MIB uioInputContactStatusCurrentState, Teracom TCW241 digital inputs, POLYCOM-ENDPOINT-MIB
serviceSipRegistrationStatus, CISCO-RTTMON-MIB rttMonLatestRttOperSense.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# RFC 5612: the enterprise number for documentation.
_INVENTED = "1.3.6.1.4.1.32473.68"

IP_SLA_SENSE = "1.3.6.1.4.1.9.9.42.1.2.10.1.2"
IP_SLA_OK, IP_SLA_TIMEOUT = 1, 4
SIP_REGISTRATION = "1.3.6.1.4.1.13885.101.1.2.8.3.1.2.1"
REGISTRATION_OK, REGISTRATION_FAILED = 2, 3
POLY_IN_CALL = "Studio X70"
CODEC, LINE_API = "Room Kit", "VC800"
# Switches; the last one is what somebody puts in the place of another.
LARGE_SWITCH, SMALL_SWITCH, OLD_SWITCH = "Mẫu SW-8", "Mẫu SW-6", "Mẫu SW-6F"
LARGE_ROUTER, SMALL_ROUTER = "Mẫu RT-8", "Mẫu RT-4"
MODBUS_IO, WEB_IO = "Mẫu MB-8", "Mẫu WEB-4"


@dataclass(frozen=True, slots=True)
class Input:
    """A digital input: where a model's agent shows it, and by which numbers it says closed and open."""

    oid: str
    closed: int
    open: int


@dataclass(frozen=True, slots=True)
class Model:
    """A device model: its ports are named by `port` from number 0; `speed` is theirs in bit/s.

    `spoken` are protocols of the inventory, with what follows the '/'.
    """

    vendor: str
    kind: str
    port: str
    ports: int
    speed: int = 1_000_000_000
    object_id: str = _INVENTED
    input: Input | None = None
    spoken: tuple[str, ...] = ()

    def port_name(self, number: int) -> str:
        """The ifName of a port, counted from 0."""
        return self.port.format(number)


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        LARGE_ROUTER: Model("Mẫu", "router", "GE0/{}", 8),
        SMALL_ROUTER: Model("Mẫu", "router", "GE0/{}", 4),
        LARGE_SWITCH: Model("Mẫu", "switch", "GE1/0/{}", 8),
        SMALL_SWITCH: Model("Mẫu", "switch", "GE1/0/{}", 6),
        OLD_SWITCH: Model("Mẫu", "switch", "FE1/0/{}", 6, 100_000_000, f"{_INVENTED}.6"),
        "FortiGate 60F": Model(
            "Fortinet", "firewall", "port{}", 4, object_id="1.3.6.1.4.1.12356.101.1.644"
        ),
        "Mẫu AP-2": Model("Mẫu", "access_point", "eth{}", 2),
        "Studio X50": Model(
            "Poly", "conferencing_endpoint", "eth{}", 1, object_id="1.3.6.1.4.1.13885", spoken=("sip",)
        ),
        POLY_IN_CALL: Model(
            "Poly", "conferencing_endpoint", "eth{}", 1, object_id="1.3.6.1.4.1.13885", spoken=("sip", "h323")
        ),
        CODEC: Model("Cisco", "conferencing_endpoint", "eth{}", 1, spoken=("xapi", "sip")),
        LINE_API: Model("Yealink", "conferencing_endpoint", "eth{}", 1, spoken=("yealink", "sip")),
        "Mẫu MCU-2": Model("Mẫu", "conferencing_bridge", "eth{}", 2, spoken=("sip", "h323")),
        "Mẫu UPS-3": Model("Mẫu", "ups", "eth{}", 1, speed=100_000_000),
        "Smart-UPS SRT 3000": Model("APC", "ups", "eth{}", 1, 100_000_000, "1.3.6.1.4.1.318.1.3.27"),
        MODBUS_IO: Model("Mẫu", "io_device", "eth{}", 1, 100_000_000, spoken=("modbus",)),
        WEB_IO: Model("Mẫu", "io_device", "eth{}", 1, 100_000_000, spoken=("http",)),
        "Rack UIO": Model(
            "APC", "io_device", "eth{}", 1, 100_000_000, "1.3.6.1.4.1.318",
            Input("1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.1", closed=1, open=2),
        ),
        "TCW241": Model(
            "Teracom", "io_device", "eth{}", 1, 100_000_000, "1.3.6.1.4.1.38783",
            Input("1.3.6.1.4.1.38783.3.3.3.1.0", closed=0, open=1),
        ),
        "Mẫu SV-2": Model("Mẫu", "server", "eno{}", 2),
        "Mẫu CA-1": Model("Mẫu", "camera", "eth{}", 1, 100_000_000, spoken=("rtsp/kenh1",)),
        "Mẫu ONT-2": Model("Mẫu", "line_terminal", "ge{}", 2),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitting:
    """A device of a site: `code` ends its id, `uplinks` are codes at the same site ('lines': all its lines)."""

    code: str
    model: str
    name: str
    uplinks: tuple[str, ...] = ("SW1",)
    core: bool = False


LINES = "lines"

_CENTRE_ROUTERS = (
    Fitting("R1", "Mẫu RT-8", "Bộ định tuyến lõi 1", (), core=True),
    Fitting("R2", "Mẫu RT-8", "Bộ định tuyến lõi 2", (), core=True),
    Fitting("SW1", "Mẫu SW-8", "Bộ chuyển mạch lõi 1", ("R1", "R2"), core=True),
    Fitting("SW2", "Mẫu SW-8", "Bộ chuyển mạch lõi 2", ("R1", "R2"), core=True),
    Fitting("FW1", "FortiGate 60F", "Tường lửa Internet", ("SW1", "SW2")),
)
_CENTRE_ROOMS = (
    *(Fitting(f"SV{n}", "Mẫu SV-2", f"Máy chủ {n}", ("SW1", "SW2")) for n in range(1, 7)),
    Fitting("MCU1", "Mẫu MCU-2", "Thiết bị điều khiển hội nghị"),
    Fitting("VC1", POLY_IN_CALL, "Thiết bị hội nghị trung tâm"),
    Fitting("UPS1", "Mẫu UPS-3", "UPS phòng máy 1"),
    Fitting("UPS2", "Smart-UPS SRT 3000", "UPS phòng máy 2"),
    Fitting("IO1", "Rack UIO", "Bộ đọc tiếp điểm"),
    Fitting("IO2", MODBUS_IO, "Bộ đọc tiếp điểm Modbus"),
    Fitting("CA1", "Mẫu CA-1", "Camera cổng"),
    Fitting("CA2", "Mẫu CA-1", "Camera phòng máy"),
)
CENTRE = (*_CENTRE_ROUTERS, *_CENTRE_ROOMS)

BRANCH = (
    Fitting("R1", "Mẫu RT-4", "Bộ định tuyến", (LINES,), core=True),
    Fitting("FW1", "FortiGate 60F", "Tường lửa", ("R1",)),
    Fitting("SW1", "Mẫu SW-8", "Bộ chuyển mạch", ("FW1",), core=True),
    Fitting("AP1", "Mẫu AP-2", "Điểm phát Wi-Fi"),
    Fitting("VC1", LINE_API, "Thiết bị hội nghị"),
    Fitting("UPS1", "Mẫu UPS-3", "UPS"),
    Fitting("IO1", "TCW241", "Bộ đọc tiếp điểm"),
    Fitting("ONT1", "Mẫu ONT-2", "Thiết bị đầu cuối", ("R1",)),
)

AREA = (
    Fitting("R1", "Mẫu RT-8", "Bộ định tuyến khu vực", (LINES,), core=True),
    Fitting("SW1", "Mẫu SW-8", "Bộ chuyển mạch", ("R1",), core=True),
    Fitting("SV1", "Mẫu SV-2", "Máy chủ khu vực"),
    Fitting("AP1", "Mẫu AP-2", "Điểm phát Wi-Fi"),
    Fitting("VC1", CODEC, "Thiết bị hội nghị khu vực"),
    Fitting("UPS1", "Mẫu UPS-3", "UPS"),
    Fitting("IO1", "Rack UIO", "Bộ đọc tiếp điểm"),
    Fitting("IO2", WEB_IO, "Bộ đọc tiếp điểm web"),
    Fitting("CA1", "Mẫu CA-1", "Camera phòng máy"),
)

COMMUNE = (
    Fitting("R1", "Mẫu RT-4", "Bộ định tuyến", (LINES,), core=True),
    Fitting("SW1", "Mẫu SW-6", "Bộ chuyển mạch", ("R1",), core=True),
    Fitting("AP1", "Mẫu AP-2", "Điểm phát Wi-Fi"),
    Fitting("VC1", "Studio X50", "Thiết bị hội nghị"),
    Fitting("UPS1", "Mẫu UPS-3", "UPS"),
)
COMMUNE_EXTRAS = (
    Fitting("IO1", "TCW241", "Bộ đọc tiếp điểm"),
    Fitting("CA1", "Mẫu CA-1", "Camera một cửa"),
    Fitting("ONT1", "Mẫu ONT-2", "Thiết bị đầu cuối", ("R1",)),
)


def aggregator(number: int) -> Fitting:
    """A router of the centre on which lines from outside end, counted from 1."""
    return Fitting(f"AG{number}", "Mẫu RT-8", f"Bộ định tuyến tập trung {number}", ("R1", "R2"), core=True)


def hosted(number: int) -> tuple[Fitting, Fitting]:
    """What a department inside the administrative centre has on its floor, counted from 1."""
    return (
        Fitting(f"SWT{number}", "Mẫu SW-8", f"Bộ chuyển mạch tầng {number}", ("SW1", "SW2")),
        Fitting(f"APT{number}", "Mẫu AP-2", f"Điểm phát Wi-Fi tầng {number}", (f"SWT{number}",)),
    )


def commune_fittings(number: int) -> tuple[Fitting, ...]:
    """What the commune with this number (from 0) has: every second a digital input, some a camera or a terminal."""
    wanted = (number % 2 == 0, number % 3 == 0, number % 4 == 1)
    extras = (fitting for fitting, has in zip(COMMUNE_EXTRAS, wanted, strict=True) if has)
    return (*COMMUNE, *extras)
