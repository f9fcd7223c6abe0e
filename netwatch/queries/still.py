"""A copy of the present that no longer moves, so that it may be read a little at a time while the daemon goes on."""

from collections.abc import Iterator
from dataclasses import replace

from netwatch.check import FactKey
from netwatch.present import Present
from netwatch.queries.standing import MANAGEABLE
from netwatch.state import FactState
from netwatch.verdict import SubjectKind

# The subjects whose facts are shown as such; of all others the verdicts are.
SHOWN = frozenset(
    {SubjectKind.ENDPOINT, SubjectKind.SURGE_PROTECTOR, SubjectKind.SENSOR, SubjectKind.SERVICE}
)


def still(present: Present) -> Present:
    """The present with what moves in it copied (the rest is frozen already); to be called on the event loop.

    Of the facts only those are copied that are shown: there may be hundreds of thousands of ports'.
    """
    return replace(
        present,
        judged=dict(present.judged),
        latest=dict(present.latest),
        facts=_facts(present),
        carried=dict(present.carried),
    )


def _facts(present: Present) -> dict[FactKey, FactState]:
    found = ((key, present.facts.get(key)) for key in _shown(present))
    return {key: state for key, state in found if state is not None}


def _shown(present: Present) -> Iterator[FactKey]:
    for id_, subject in present.subjects.items():
        if subject.kind in SHOWN:
            yield from subject.facts
        elif id_ in present.judged and present.judged[id_].verdict.manageable is not True:
            # Why a device cannot be managed is shown with it.
            yield from (key for key in subject.facts if key.fact == MANAGEABLE)
