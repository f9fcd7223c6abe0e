"""Words for what came of reading a configuration."""

from collections.abc import Mapping

from netwatch.language import Sentence, Translate

OUTCOMES: Mapping[str, Sentence] = {
    "stored": Sentence("stored, a new version"),
    "unchanged": Sentence("unchanged"),
    "due": Sentence("would be read"),
    "no_answer": Sentence("does not answer at its SSH port"),
    "refused": Sentence("refuses connections at its SSH port"),
    "not_ssh": Sentence("what answers there is no SSH server that we can speak with"),
    "credentials": Sentence("does not accept our user and password"),
    "not_privileged": Sentence("lets us in, but not to privileged mode: set or correct enable_password"),
    "host_key_changed": Sentence(
        "shows another host key than the one it is known by; nothing was sent to it"
    ),
    "command_refused": Sentence("does not let our user see its configuration, or does not know the command"),
    "incomplete": Sentence("what came was no whole configuration"),
    "too_large": Sentence("sends more than backup.largest allows"),
    "deadline": Sentence("did not finish in backup.deadline"),
    "secret_unreadable": Sentence("our own secrets for it cannot be read; `netwatch doctor` says why"),
    "no_platform": Sentence(
        "its platform is not known: write it behind the protocol, such as ssh:22/cisco_ios"
    ),
    "no_credentials": Sentence("it has no credentials of kind login"),
    "no_key": Sentence("no key to seal it to: netwatch backup keygen FILE"),
    "bug": Sentence("a fault of ours; the log says which"),
}


def outcome_words(code: str, translate: Translate) -> str:
    """What came of one device."""
    found = OUTCOMES.get(code)
    return found.words(translate) if found is not None else code


def none_stored(device: str) -> Sentence:
    """That nothing was read of a device yet, and where to look."""
    text = "No configuration of '{device}' is stored: netwatch backup list says what is read and why not."
    return Sentence(text, {"device": device})
