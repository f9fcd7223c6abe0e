"""From settings to routes, limits and channels."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.alertmanager import AlertmanagerChannel
from alerts.channels.apprise_channel import AppriseChannel
from alerts.contract import NoticeKind, Part, Phrase, Route, Severity, Story
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.incidents.links import UNSIGNED, Signer
from netwatch.reload import Refusal, prepare
from netwatch.secrets import receiver_faults, references, short_passwords
from netwatch.settings import load
from netwatch.settings_sections import Settings
from netwatch.translate.to_channels import address_faults, heartbeat, heartbeat_interval, pace, receivers
from netwatch.translate.to_incidents import incident_rules
from netwatch.translate.to_policy import limits, receiver_names, routes, signer

SECTIONS: Mapping[str, Any] = {
    "notifications": {
        "public_url": "https://netwatch.example.gov.vn/",
        "link_key": "env:KEY",
        "digest_from": 4,
    },
    "receivers": {
        "it": {"apprise": "env:MAIL", "fallback": "sms", "language": "en"},
        "sms": {"apprise": "env:SMS", "outside": True},
        "am": {"alertmanager": "http://127.0.0.1:9093"},
    },
    "routes": {
        "night": {"receivers": ("sms",), "severities": ("critical",), "hours": "17:00-07:30", "stop": True},
        "all": {"receivers": ("it", "am"), "escalate_after": 900.0, "escalate_to": ("sms",)},
    },
    "heartbeat": {"url": "env:PING", "interval": 30.0},
}
ENVIRONMENT = {"KEY": "0123456789abcdef", "MAIL": "mailto://a", "SMS": "json://b", "PING": "https://c"}
SETTINGS = Settings(**SECTIONS)


def test_routes_keep_their_order_and_their_times() -> None:
    """Who is asked first decides where one of them stops."""
    assert routes(SETTINGS) == (
        Route("night", ("sms",), severities=frozenset({Severity.CRITICAL}), duty="17:00-07:30", stop=True),
        Route("all", ("it", "am"), escalate_after=15 * MINUTE, escalate_to=("sms",)),
    )
    assert receiver_names(SETTINGS) == {"it", "sms", "am"}
    assert (limits(SETTINGS).burst, limits(SETTINGS).window, limits(SETTINGS).every) == (
        4,
        10 * MINUTE,
        10 * MINUTE,
    )


def test_without_routes_everybody_is_told_but_fallbacks() -> None:
    """Who names a receiver and forgets the route is not met by silence."""
    assert routes(Settings(receivers=SECTIONS["receivers"])) == (Route("all", ("it", "am")),)
    assert routes(Settings()) == ()


def test_every_receiver_has_its_channel() -> None:
    """Messages for Apprise, states for Alertmanager."""
    made = receivers(SETTINGS, ENVIRONMENT, signer(SETTINGS, ENVIRONMENT))
    assert isinstance(made["it"].channel, AppriseChannel)
    assert isinstance(made["am"].states, AlertmanagerChannel)
    assert (made["it"].fallback, made["it"].view.language, made["sms"].view.outside) == ("sms", "en", True)
    assert "mailto" not in repr(made)


def test_openings_carry_a_link_that_only_we_can_sign() -> None:
    """It acknowledges as the receiver it was sent to."""
    key = signer(SETTINGS, ENVIRONMENT)
    title = Phrase("x")
    part = Part(1, NoticeKind.OPENING, Story(7, Severity.MINOR, title, "", title, 0, 0), "ABCDEFGH", 5)
    link = receivers(SETTINGS, ENVIRONMENT, key)["it"].view.link(part)
    start, _, token = link.rpartition("/")
    assert start == "https://netwatch.example.gov.vn/ack"
    claim = key.read(token)
    assert claim is not None
    assert (claim.incident, claim.receiver, claim.opened) == (7, "it", 5)
    assert receivers(SETTINGS, ENVIRONMENT, Signer(UNSIGNED))["it"].view.link(part) == ""


def test_times_are_carried_over() -> None:
    """Seconds become microseconds."""
    assert (pace(SETTINGS).first, pace(SETTINGS).most, pace(SETTINGS).give_up) == (
        5 * SECOND,
        5 * MINUTE,
        72 * HOUR,
    )
    assert incident_rules(SETTINGS).ignorance == HOUR
    assert heartbeat_interval(SETTINGS) == 30 * SECOND
    assert heartbeat(Settings(), {}) is None
    beating = heartbeat(SETTINGS, ENVIRONMENT)
    assert beating is not None
    assert (beating.read(), beating.alertmanager) == ("https://c", False)


def test_unreadable_addresses_are_told_by_reference() -> None:
    """Whoever checks the settings learns which secret is missing, and a key too short to sign with."""
    assert set(references(SETTINGS)) == {"env:KEY", "env:MAIL", "env:SMS", "env:PING"}
    assert not list(receiver_faults(SETTINGS, ENVIRONMENT))
    faults = [str(fault) for fault in receiver_faults(SETTINGS, ENVIRONMENT | {"MAIL": "", "KEY": "short"})]
    assert faults == [
        "Secret env:MAIL: it is empty or not set.",
        "Secret env:KEY: a key that signs links has at least 16 characters.",
    ]
    assert len(list(short_passwords(SETTINGS, {"KEY": "short"}))) == 1


def test_a_key_that_cannot_be_read_keeps_nobody_from_being_told(caplog: pytest.LogCaptureFixture) -> None:
    """Codes are sent instead of links, and the log says why."""
    assert signer(SETTINGS, {}) == Signer(UNSIGNED)
    assert "env:KEY" in caplog.text


def test_a_reload_with_an_unreadable_receiver_is_refused(tmp_path: Path) -> None:
    """The running receivers stay in force."""
    file = tmp_path / "netwatch.toml"
    file.write_text('[receivers.it]\napprise = "env:NOWHERE"\n')
    running = load(file, {}).settings
    with pytest.raises(Refusal, match="env:NOWHERE"):
        prepare(running, file, {}, ())


def test_an_address_that_apprise_does_not_understand_is_told_without_showing_it() -> None:
    """A typing error in a secret is found by `netwatch check`, not on the bad day."""
    environment = ENVIRONMENT | {"MAIL": "mailtoo://kh0ng-ai-biet", "SMS": "json://127.0.0.1"}
    faults = [str(fault) for fault in address_faults(SETTINGS, environment)]
    assert faults == [
        "Secret env:MAIL: it holds no address that Apprise understands (receiver it). `netwatch check` reads it again."
    ]


def test_apprise_and_its_services_are_loaded_only_where_somebody_is_reached_by_it() -> None:
    """The daemon without receivers and the commands do without its memory and time."""
    program = "import sys, netwatch.app, netwatch.cli.check, netwatch.doctor; print('apprise' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "False\n"
