"""The E-model against published vectors, and what must hold of it everywhere."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.preflight.emodel import Talk, opinion, over, rating

VECTORS = list(csv.DictReader((Path(__file__).parent / "emodel.csv").read_text("utf-8").splitlines()))


def test_the_defaults_give_the_published_rating() -> None:
    """All defaults should give R = 93.2 and MOS = 4.41, to the digits that independent implementations share."""
    assert rating(Talk()) == pytest.approx(93.2062, abs=5e-5)
    assert opinion(rating(Talk())) == pytest.approx(4.4094, abs=5e-5)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: "-".join(row.values()))
def test_every_vector_is_met(row: dict[str, str]) -> None:
    """Delay and loss, with and without echo, should give the rating and opinion of the vectors."""
    delay, loss = float(row["one_way_ms"]), float(row["loss_percent"])
    talk = over(delay, loss) if row["echo"] == "yes" else Talk(ta=delay, ppl=loss)
    assert rating(talk) == pytest.approx(float(row["rating"]), abs=0.006)
    assert opinion(rating(talk)) == pytest.approx(float(row["opinion"]), abs=0.006)


@pytest.mark.parametrize(
    ("r", "mos"),
    [(-5, 1), (0, 1), (6.5, 1), (10, 1.035), (20, 1.252), (50, 2.575), (80, 4.024), (100, 4.5), (120, 4.5)],
)
def test_opinions_follow_annex_b(r: float, mos: float) -> None:
    """The cubic, never below 1, where it dips between R 0 and 6.5, and never above 4.5."""
    assert opinion(r) == pytest.approx(mos, abs=5e-4)


@given(st.floats(0, 5000), st.floats(0, 100), st.floats(0, 2000), st.floats(0, 20))
def test_worse_paths_never_sound_better(
    delay: float, loss: float, more_delay: float, more_loss: float
) -> None:
    """More loss should never raise the opinion, nor should more delay; both stay within the scale."""
    here = opinion(rating(over(delay, loss)))
    assert 1.0 <= here <= 4.5
    assert opinion(rating(over(delay, min(100.0, loss + more_loss)))) <= here + 1e-9
    # The effect of echo sets in at 1 ms, which no path that is measured here stays below by much.
    assert opinion(rating(over(delay + more_delay, loss))) <= here + 0.02
