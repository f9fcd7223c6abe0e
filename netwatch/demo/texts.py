"""What the demo says to people, as English sentences; the Vietnamese ones are in the catalogue `demo`."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from netwatch.demo.story import Act
from netwatch.language import Sentence

REFUSED = Sentence(
    "This machine does not allow network namespaces ({reason}): devices are SIMULATED on 127.x addresses, and echoes "
    "go to a simulated responder over UDP instead of ICMP."
)
ASKED_FOR = Sentence(
    "Without a namespace, as asked: devices are SIMULATED on 127.x addresses, and echoes go to a simulated responder "
    "over UDP instead of ICMP."
)
IN_NAMESPACE = Sentence("The province lives in a private network namespace: nothing leaves this machine.")
SAMPLE = Sentence("SAMPLE DATA: apart from the name of the province, everything here is invented.")
PORT_TAKEN = Sentence(
    "Port {port} on 127.0.0.1 is taken ({error}). Choose another with {option}, or leave the option out and the next "
    "free one is used."
)
NO_FREE_PORT = Sentence("None of the ports {first} to {last} on 127.0.0.1 is free. Choose one with {option}.")
NOT_EMPTY = Sentence("{folder}: the folder to keep is not empty. Name a new or an empty one after --keep.")
NO_FOLDER = Sentence(
    "{folder}: the folder to keep cannot be made or read ({error}). Name another after --keep."
)
GENERATED = Sentence(
    "A province of {organisation_unit} agencies: {device} devices, {line} lines, {conferencing_endpoint} conferencing "
    "endpoints, {surge_protector} surge protectors, {sensor} sensors, {service} services."
)
IMPORTING = Sentence("Import the inventory (netwatch import)")
IMPORT_FAILED = Sentence(
    "The inventory of the demo could not be imported. This is a fault of the program; it said:"
)
STARTING = Sentence("Start the province's agents and the daemon (netwatch run)")
NEVER_READY = Sentence("The daemon did not become ready. The end of its log:")
DAEMON_ENDED = Sentence("The daemon ended before the demo did. The end of its log:")
NOT_LIVE = Sentence("Notifications could not go live. This is a fault of the program; it said:")
LIVE = Sentence(
    "Notifications are live (netwatch notify go-live): one message per cause goes to '{receiver}'."
)
NOT_RECORDED = Sentence("The replacement could not be recorded. This is a fault of the program; it said:")
INCIDENT = Sentence("netwatch incidents: {line}")
LETTER = Sentence("Message to '{receiver}': {subject}")
SETTLING = Sentence("Things seen well")
INVITATION = Sentence(
    "Status page: {page}\nMetrics: {metrics}\nIn another terminal, the status tree: {status}\nthe incidents: "
    "{incidents}\nwhat agencies have of what norms ask, declared and proved: {coverage}\nand whether a conference may "
    "begin: {preflight}\nCtrl-C ends the demo and leaves nothing behind."
)
SHOWN = Sentence("netwatch shows: {name}: {verdict} ({reason})")
AGAIN = Sentence("Everything has recovered. The story begins anew; Ctrl-C ends the demo.")
OVER = Sentence("Everything has recovered. The story is over.")

_HAPPENS: Mapping[Act, Sentence] = MappingProxyType(
    {
        Act.LINE_CUT: Sentence(
            "The main line of {unit} is cut; its 4G backup lives. Look: the line is down, the site degraded."
        ),
        Act.LINE_MENDED: Sentence("The main line of {unit} is mended. Look: line and site are up."),
        Act.POWER_LOST: Sentence(
            "The batteries of {unit} are empty. Look: the site and its lines are down, its devices unreachable."
        ),
        Act.POWER_BACK: Sentence("{unit} has power again. Look: everything there comes up."),
        Act.REGISTRATION_LOST: Sentence(
            "The conferencing endpoint of {unit} loses its registration. Look: the endpoint is down, its device up."
        ),
        Act.REGISTRATION_BACK: Sentence(
            "The conferencing endpoint of {unit} is registered again. Look: the endpoint is up."
        ),
        Act.CONTACT_OPENED: Sentence(
            "A surge protector of {unit} trips and its contact opens. Look: the surge protector is down."
        ),
        Act.CONTACT_BACK: Sentence(
            "The contact of the surge protector of {unit} closes again by itself. Look: it stays down, since nobody "
            "has replaced it."
        ),
        Act.REPLACED: Sentence(
            "The surge protector of {unit} is replaced (netwatch record replacement). Look: it is up."
        ),
        Act.SWITCH_SWAPPED: Sentence(
            "The switch of {unit} is replaced by an older one that nobody writes down. Look: coverage says that its "
            "LAN contradicts what is declared."
        ),
        Act.SWITCH_BACK: Sentence(
            "The switch of {unit} is put back. Look: coverage says that its LAN is proved again."
        ),
        Act.MAINS_LOST: Sentence(
            "The mains of {unit} fail and its UPS runs on battery. Look: the UPS is degraded, its runtime shrinks."
        ),
        Act.MAINS_BACK: Sentence("The UPS of {unit} is on mains again. Look: it is up."),
        Act.SERVICE_STOPPED: Sentence(
            "The document system of {unit} answers with error 503. Look: the service is down, its server up."
        ),
        Act.SERVICE_BACK: Sentence("The document system of {unit} works again. Look: the service is up."),
        Act.CERTIFICATE_ENDING: Sentence(
            "The portal of {unit} shows a certificate that ends in a few days. Look: the service is degraded."
        ),
        Act.CERTIFICATE_RENEWED: Sentence(
            "The portal of {unit} has a new certificate. Look: the service is up."
        ),
        Act.FLAP_DOWN: Sentence(
            "The main line of {unit} flaps: down. Look: the line is down, the site degraded."
        ),
        Act.FLAP_UP: Sentence("The main line of {unit} flaps: up. Look: line and site are up."),
    }
)


def happens(act: str, unit: str) -> Sentence:
    """What a step of the story says."""
    return filled(_HAPPENS[Act(act)], unit=unit)


def filled(sentence: Sentence, **params: object) -> Sentence:
    """A sentence with its parameters."""
    return replace(sentence, params=params)
