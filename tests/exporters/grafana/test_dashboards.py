"""What must hold of every dashboard: whole in both languages, honest in its colours, tied to no one netwatch."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from exporters.grafana.boards import BOARDS
from exporters.grafana.build import pattern
from exporters.grafana.model import Colour, Look, says_something
from exporters.grafana.promql import VERDICTS
from exporters.grafana.words import CLASS, COVERAGE, READ, STATE

Json = dict[str, Any]
NO_VALUE = "null+nan"
# Keys of what people read; a name is one only of annotations, whose variables' are for expressions.
READ_BY_PEOPLE = frozenset(
    {"title", "description", "label", "legendFormat", "noValue", "titleFormat", "text"}
)
# Names that are the same in every language.
NAMES = frozenset({"Prometheus", "netwatch", "own", "All"})
EXPRESSIONS = [query.expr for board in BOARDS for panel in board.panels() for query in panel.queries]
QUESTIONS = [
    *EXPRESSIONS,
    *(variable.query for board in BOARDS for variable in board.variables if variable.query),
    *(marks.query for board in BOARDS for marks in board.marks),
]


def said(value: object) -> Iterator[str]:
    """Every text that people read in some JSON: of keys that hold such, and the headings of columns."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in READ_BY_PEOPLE and isinstance(one, str):
                yield one
            elif key == "renameByName":
                yield from one.values()
            yield from said(one)
    elif isinstance(value, list):
        for one in value:
            yield from said(one)


def test_every_dashboard_has_an_id_and_panels_of_its_own(english: list[Json], translated: list[Json]) -> None:
    """Two languages stand side by side in one Grafana, and panels are linked to by number."""
    every = [*english, *translated]
    assert max(Counter(board["uid"] for board in every).values()) == 1
    assert all(re.fullmatch(r"[a-z0-9-]{8,40}", board["uid"]) for board in every)
    for board in every:
        assert max(Counter(panel["id"] for panel in board["panels"]).values()) == 1
        assert board["title"]


def test_no_text_is_left_in_english(translated: list[Json]) -> None:
    """Titles, legends, headings, choices, words for values: all go through the translator."""
    texts = {text for text in said(translated) if says_something(text) and text not in NAMES}
    assert [text for text in texts if "«" not in text] == []
    assert len(texts) > 200


def test_panels_cover_no_others_and_stay_on_the_page(english: list[Json]) -> None:
    """Of the 24 columns of Grafana's grid, each is taken once."""
    for board in english:
        taken = Counter(
            (x, y)
            for panel in board["panels"]
            for place in [panel["gridPos"]]
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        )
        assert max(taken.values()) == 1, board["title"]
        assert max(x for x, _ in taken) < 24


def test_unknown_and_no_data_have_a_colour_of_their_own(objects: list[Json]) -> None:
    """Never that of good or bad, wherever a value may be missing or unknown."""
    unknown = str(Colour.UNKNOWN)
    for one in objects:
        if "mappings" in one:
            (nothing,) = (each for each in one["mappings"] if each["type"] == "special")
            assert nothing["options"]["match"] == NO_VALUE
            assert nothing["options"]["result"]["color"] == unknown
    places = STATE[str(1 + VERDICTS.index("unknown"))], CLASS["unknown"], COVERAGE["not_measured"], READ["0"]
    assert {str(word.colour) for word in places} == {unknown}
    others = {word.colour for words in (STATE, CLASS, COVERAGE) for word in words.values()} - {Colour.UNKNOWN}
    assert {Colour.GOOD, Colour.BAD} <= others


def test_panels_fall_back_to_words_when_nothing_is_there(objects: list[Json]) -> None:
    """Grafana's own words would be English."""
    defaults = [one["defaults"] for one in objects if "defaults" in one]
    assert len(defaults) == sum(len(list(board.panels())) for board in BOARDS)
    assert all(one["noValue"] == "no data" and one["mappings"] for one in defaults)


def test_no_question_names_an_instance() -> None:
    """Every series is that of the chosen netwatches, but the list of these itself; joins stay within one netwatch."""
    for question in set(QUESTIONS) - {"netwatch_build_info"}:
        selectors = re.findall(r"[A-Za-z_:][\w:]*\{([^}]*)\}", question)
        assert selectors, question
        assert all('instance=~"$instance"' in one for one in selectors), question
        assert "job=" not in question
        assert not re.search(r"\bon \((?!job, instance)", question), question


def test_choices_are_narrowed_by_those_before() -> None:
    """Province, agency, site, line: each question names only variables that come before it."""
    for board in BOARDS:
        before: list[str] = []
        for variable in board.variables:
            assert set(re.findall(r"\$(\w+)", variable.query)) <= set(before)
            before.append(variable.name)
    line = next(board for board in BOARDS if board.name == "line")
    assert [one.name for one in line.variables][:5] == ["instance", "province", "agency", "site", "line"]


def test_a_choice_is_read_out_of_a_series_by_its_own_labels() -> None:
    """Grafana shows the name and keeps the id; other labels that end alike do not deceive it."""
    line = next(board for board in BOARDS if board.name == "line")
    site = next(one for one in line.variables if one.name == "site")
    series = '{agency="LD",agency_name="UBND",instance="a",name="Trụ sở 1",site="LD-TS",site_name="x"} 1 1793491200'
    found = pattern(site).strip("/g").replace("(?<", "(?P<")
    groups: dict[str, str] = {}
    for match in re.finditer(found, series):
        groups |= {name: text for name, text in match.groupdict().items() if text is not None}
    assert groups == {"value": "LD-TS", "text": "Trụ sở 1"}


def test_links_lead_to_dashboards_of_the_same_language(translated: list[Json]) -> None:
    """By ids that exist, with variables that the other one has."""
    known = {board["uid"]: {one["name"] for one in board["templating"]["list"]} for board in translated}
    links = [
        link["url"]
        for board in translated
        for panel in board["panels"]
        for override in panel.get("fieldConfig", {}).get("overrides", ())
        for each in override["properties"]
        if each["id"] == "links"
        for link in each["value"]
    ]
    assert links
    for url in links:
        match = re.fullmatch(r"/d/([\w-]+)\?(.*)", url)
        assert match
        assert set(re.findall(r"var-(\w+)=", match[2])) <= known[match[1]]
    assert {link["tags"][0] for board in translated for link in board["links"]} == {"netwatch-vi"}
    assert all("netwatch-vi" in board["tags"] for board in translated)


def test_what_prometheus_estimates_is_called_an_estimate() -> None:
    """Shares of the time by scrapes never stand beside figures of record without saying so."""
    for board in BOARDS:
        for panel in board.panels():
            for query in panel.queries:
                guessed = re.search(r"avg_over_time|quantile_over_time|:estimate|:error", query.expr)
                assert bool(guessed) == ("stimate" in panel.title), panel.title
                if "_seconds{" in query.expr and "period=" in query.expr and panel.look is not Look.TABLE:
                    assert "record" in panel.about, panel.title
