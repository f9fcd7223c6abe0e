"""A kit with a moment at which waiting must end is otherwise the same kit."""

from dataclasses import fields

from probes.kit import Bugs, Kit
from probes.messages import Message
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp


def test_every_part_of_a_kit_goes_on_into_the_bounded_one() -> None:
    """Whatever field a kit has or will have."""
    kit = Kit(FakeIcmp(), FakeSnmp(), FakeMonotonic(), bugs=Bugs(), remarks=(Message("icmp.simulated", {}),))
    bounded = kit.until_at(5.0)
    assert bounded.until == 5.0
    assert all(
        getattr(bounded, field.name) is getattr(kit, field.name)
        for field in fields(Kit)
        if field.name != "until"
    )
