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
    "endpoints, {surge_protector} surge protectors."
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
INCIDENT = Sentence("netwatch incidents: {line}")
LETTER = Sentence("Message to '{receiver}': {subject}")
SETTLING = Sentence("Things seen well")
INVITATION = Sentence(
    "Status page: {page}\nMetrics: {metrics}\nIn another terminal, the status tree: {status}\nand the incidents: "
    "{incidents}\nCtrl-C ends the demo and leaves nothing behind."
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
            "{unit} loses power. Look: the site and its lines are down, its devices unreachable."
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
            "The surge protector of {unit} is replaced and its contact closes. Look: the surge protector is up."
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
