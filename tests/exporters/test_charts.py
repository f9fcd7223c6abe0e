"""Pictures are well-formed, complete by themselves, and show what was not measured."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from exporters.charts import HEIGHT, WIDTH, Chart, Curve, draw, inset, svg

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(st.none() | st.floats(0, 1e12), max_size=60)


def drawn(chart: Chart) -> ET.Element:
    """The picture, read as anybody's browser reads it."""
    return ET.fromstring(svg(chart))


def test_gaps_are_bands_and_never_lines() -> None:
    """Where no curve has a value the picture is grey, and the curve is broken."""
    picture = drawn(
        Chart("t", "%", [Curve("a", [1.0, 2.0, None, None, 3.0])], [(0.5, "noon")], "not measured", 90.0)
    )
    grey = [one for one in picture.iter(f"{SVG}rect") if one.get("fill") == "#e4e4e4"]
    assert len(grey) == 2
    curve = [one.get("d") or "" for one in picture.iter(f"{SVG}path") if one.get("fill") == "none"]
    assert [path.count("M") for path in curve] == [2]
    assert {"noon", "not measured", "a"} <= {one.text for one in picture.iter(f"{SVG}text")}


@given(
    st.text(st.characters(exclude_categories=["C"]), max_size=20),
    VALUES,
    VALUES,
    st.none() | st.floats(0, 100),
)
def test_whatever_is_drawn_stays_within_the_picture(
    title: str, first: list[float | None], second: list[float | None], limit: float | None
) -> None:
    """Any title, any values, none at all."""
    length = min(len(first), len(second))
    curves = [Curve("a", first[:length]), Curve(title, second[:length])]
    picture = drawn(Chart(title, "ms", curves, [], "", limit))
    assert picture.findtext(f"{SVG}title") == title
    for path in picture.iter(f"{SVG}path"):
        for point in (path.get("d") or "").replace("h0.5", "").replace("M", "L").split("L"):
            if path.get("fill") == "none" and point:
                x, y = map(float, point.split())
                assert 0 <= x <= WIDTH
                assert 0 <= y <= HEIGHT


@given(
    st.text(max_size=20) | st.sampled_from(("a\ufffeb", "\x1b[2J", "\ud800", "]]></text><script>", "a & b"))
)
def test_no_letter_breaks_a_picture(name: str) -> None:
    """What XML cannot hold is shown as a letter that is not known; names make no elements."""
    chart = Chart(name, name, [Curve(name, [1.0])], [(0.5, name)], name)
    assert [one.tag for one in drawn(chart).iter()] == [
        one.tag for one in drawn(Chart("", "", [Curve("", [1.0])], [(0.5, "")], "")).iter()
    ]


def test_a_long_title_is_whole_in_several_lines() -> None:
    """Nothing of it is cut off at the right edge, and the picture is so much higher."""
    title = " ".join(["Đường truyền số liệu chuyên dùng"] * 8)
    picture = drawn(Chart(title, "%", [], [], ""))
    lines = [one.text or "" for one in picture.iter(f"{SVG}text") if one.get("font-size") == "15"]
    assert " ".join(lines) == title
    assert len(lines) == 3
    assert picture.get("viewBox") == f"0 0 {WIDTH} {HEIGHT + 40}"


def test_a_picture_in_a_page_is_as_wide_as_there_is_room() -> None:
    """It has no width of its own, places are shares of it, and most ticks may be left out where it is narrow."""
    ticks = [(place / 10, f"{place}/11") for place in range(10)]
    chart = Chart("a < b", "%", [Curve("&", [1.0, None])], ticks, "not measured")
    figure = ET.fromstring(f"<figure>{inset(draw(chart))}</figure>")
    [curves] = figure.findall("svg")
    assert not {"viewBox", "width"}.intersection(curves.keys())
    assert [one.text for one in figure.findall("p")] == ["a < b", None]
    assert [key[0].tail for key in figure.iter("span")] == [" &", " not measured"]
    told = [one for one in curves.iter("text") if "/" in (one.text or "")]
    assert all((one.get("x") or "").endswith("%") for one in told)
    assert [one.text for one in told if not one.get("class")] == ["0/11", "4/11", "8/11"]
    assert [one.text for one in told if one.get("class") == "t2"] == ["2/11", "6/11"]
