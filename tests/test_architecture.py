"""The budgets and borders named in CONTRIBUTING.md, read from the source itself; a failure names every offender.

A budget is raised only together with a note in docs/decisions/.
"""

import ast
import fnmatch
import io
import math
import os
import re
import statistics
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("netwatch", "probes", "inventory", "alerts", "exporters")

FUNCTION_MEDIAN, FUNCTION_P95, FUNCTION_MOST = 6, 30, 60
FILE_MEDIAN, FILE_MOST, KIND_MOST = 120, 500, 120
BROAD_EXCEPTS_MOST = 6

# The command line loads a command's module when that command is asked for: help must not wait for the database.
LAZY_IMPORTS: frozenset[str] = frozenset({"netwatch/cli/main.py"})
# A module found by name at run time is invisible to the import contracts, so the places are counted. Apprise with its
# hundred services is loaded only where somebody is reached by it.
DYNAMIC_IMPORTS: frozenset[str] = frozenset(
    {
        "netwatch/cli/main.py",
        # Alembic, by the few who change a schema.
        "netwatch/store/schema.py",
        "netwatch/translate/to_channels.py",
        "probes/registry.py",
    }
)
# The one place that asks what time it is. The echo engine asks too, only to subtract: the kernel stamps packets with
# the wall clock, and a round trip is the difference of two such stamps.
CLOCKS = frozenset({"netwatch/clock.py", "probes/transports/icmp/engine.py"})
# The thinking: values in, values out. Whatever else calls itself pure in its docstring is held to the same.
PURE = (
    "inventory/changes.py",
    "inventory/cycles.py",
    "inventory/merge.py",
    "inventory/organisation.py",
    "inventory/rules.py",
    "netwatch/check.py",
    "netwatch/derive.py",
    "netwatch/intervals.py",
    "netwatch/judge.py",
    "netwatch/plan.py",
    "netwatch/recorder.py",
    "netwatch/schedule.py",
    "netwatch/state.py",
    "netwatch/topology.py",
    "netwatch/verdict.py",
    "probes/counters.py",
)
IMPURE_MODULES = frozenset({"asyncio", "threading", "time", "anyio", "socket", "random", "concurrent"})

WALL_CLOCK_CALLS = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "date.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
    }
)
MAKING = r"co-?authored-by|\blanguage model|\bassistant\b|\bthis session\b|\bsub-?agents?\b|generated (by|with) an? "
NOT_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Placed = ast.stmt | ast.expr | ast.excepthandler
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file with what the rules ask of it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The lines, counted from 0."""
        return self.text.splitlines()

    @cached_property
    def code(self) -> frozenset[int]:
        """Numbers of the lines that hold code: no blank, comment or docstring line."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        held = {
            line
            for token in tokens
            if token.type not in NOT_CODE
            for line in span(token.start[0], token.end[0])
        }
        return frozenset(held - self.docstrings)

    @cached_property
    def docstrings(self) -> set[int]:
        """Numbers of the lines taken by docstrings."""
        found: set[int] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
                first = node.body[0]
                found.update(span(first.lineno, first.end_lineno or first.lineno))
        return found

    @cached_property
    def functions(self) -> list[FunctionNode]:
        """Every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, FunctionNode)]

    def size(self, function: FunctionNode) -> int:
        """Code lines from `def`, its signature included, decorators not."""
        return sum(
            line in self.code for line in span(function.lineno, function.end_lineno or function.lineno)
        )

    def at(self, node: Placed) -> str:
        """Where a node stands, as editors understand it."""
        return f"{self.path}:{node.lineno}"


def span(first: int, last: int) -> range:
    """The line numbers from first to last, both included."""
    return range(first, last + 1)


def read(*folders: str) -> tuple[Source, ...]:
    """The Python files below the named folders, in a fixed order."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)


@cache
def product() -> tuple[Source, ...]:
    """Every source file of the five packages."""
    return read(*PACKAGES)


@cache
def suite() -> tuple[Source, ...]:
    """Every source file of the tests."""
    return read("tests")


def unit_tests() -> list[Source]:
    """The tests outside the laboratory."""
    return [source for source in suite() if not source.path.startswith("tests/lab/")]


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, '' for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name it calls."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def imported(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every import statement of a file with the full name it brings in."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module or ''}.{alias.name}") for alias in node.names)


def used(source: Source) -> Iterator[tuple[Placed, str]]:
    """Every name a file calls or imports."""
    yield from calls(source)
    yield from imported(source)


def sized() -> list[tuple[int, str]]:
    """Every function of the five packages with its size, the longest first."""
    found = [
        (source.size(node), f"{source.at(node)} {node.name}")
        for source in product()
        for node in source.functions
    ]
    return sorted(found, reverse=True)


def percentile(values: list[int], share: float) -> int:
    """The smallest value that `share` of all values do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(len(values) * share) - 1]


def file_sizes() -> list[tuple[int, str]]:
    """Code lines of every file that holds code, the longest first."""
    found = [(len(source.code), source.path) for source in product() if source.code]
    return sorted(found, reverse=True)


def told(rule: str, offenders: list[str]) -> None:
    """Fail with the rule and every offender, one a line."""
    if offenders:
        pytest.fail("\n  ".join([rule, *offenders]), pytrace=False)


def listed(sizes: list[tuple[int, str]], count: int = 12) -> list[str]:
    """The first few of a list of sizes, as lines to read."""
    return [f"{size:4} {where}" for size, where in sizes[:count]]


def test_no_function_is_longer_than_a_screen() -> None:
    """No function holds more than 60 code lines."""
    offenders = [(size, where) for size, where in sized() if size > FUNCTION_MOST]
    told(f"Functions of more than {FUNCTION_MOST} code lines; split them:", listed(offenders, len(offenders)))


def test_nineteen_functions_of_twenty_are_short() -> None:
    """The 95th percentile of function sizes is at most 30 code lines."""
    sizes = sized()
    reached = percentile([size for size, _ in sizes], 0.95)
    if reached > FUNCTION_P95:
        told(
            f"p95 of {len(sizes)} functions is {reached}, allowed {FUNCTION_P95}; longest:", listed(sizes, 30)
        )


def test_the_usual_function_is_tiny() -> None:
    """The median of function sizes is at most 6 code lines."""
    sizes = [size for size, _ in sized()]
    reached = statistics.median(sizes)
    if reached > FUNCTION_MEDIAN:
        over = sorted(
            (
                (sum(source.size(f) > FUNCTION_MEDIAN for f in source.functions), source.path)
                for source in product()
            ),
            reverse=True,
        )
        rule = (
            f"Median of {len(sizes)} functions is {reached}, allowed {FUNCTION_MEDIAN}; longer ones by file:"
        )
        told(rule, listed(over, 20))


def test_no_file_is_too_long() -> None:
    """No file of the packages holds more than 500 code lines."""
    offenders = [(size, path) for size, path in file_sizes() if size > FILE_MOST]
    told(f"Files of more than {FILE_MOST} code lines; split them by subject:", listed(offenders))


def test_the_usual_file_is_short() -> None:
    """The median of file sizes is at most 120 code lines; files without code do not count."""
    sizes = file_sizes()
    reached = statistics.median([size for size, _ in sizes])
    if reached > FILE_MEDIAN:
        told(f"Median of {len(sizes)} files is {reached}, allowed {FILE_MEDIAN}; longest:", listed(sizes, 20))


def test_a_probe_kind_is_one_short_file() -> None:
    """A probe kind holds at most 120 code lines: device knowledge is data, transports are the kit's."""
    offenders = [(n, path) for n, path in file_sizes() if path.startswith("probes/kinds/") and n > KIND_MOST]
    told(f"Probe kinds of more than {KIND_MOST} code lines:", listed(offenders))


def test_imports_stand_at_the_top() -> None:
    """No function imports anything, except where the command line loads its commands."""
    offenders = {
        source.at(node)
        for source in product()
        if source.path not in LAZY_IMPORTS
        for function in source.functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    told("Imports inside functions; move them to the top of the file:", sorted(offenders))


def test_modules_are_found_by_name_only_where_listed() -> None:
    """importlib.import_module and __import__ would hide an import from the contracts."""
    names = {"importlib.import_module", "import_module", "__import__"}
    offenders = [
        source.at(node)
        for source in product()
        if source.path not in DYNAMIC_IMPORTS
        for node, name in calls(source)
        if name in names
    ]
    told("Modules loaded by name outside DYNAMIC_IMPORTS:", offenders)


def test_imports_are_absolute() -> None:
    """A relative import hides which package a name comes from."""
    offenders = [
        source.at(node)
        for source in (*product(), *suite())
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    told("Relative imports; write the full module name:", offenders)


def test_nothing_is_global() -> None:
    """State lives in objects that are handed on, so that a test can make its own."""
    offenders = [
        source.at(node)
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Global)
    ]
    told("`global` statements; keep the state in an object:", offenders)


def unannotated(function: FunctionNode) -> Iterator[str]:
    """The names of what a function leaves without annotation; self and cls need none."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    if plain and plain[0].arg in {"self", "cls"}:
        plain = plain[1:]
    every = [*plain, *given.kwonlyargs, *(extra for extra in (given.vararg, given.kwarg) if extra)]
    yield from (argument.arg for argument in every if argument.annotation is None)
    if function.returns is None:
        yield "return"


def test_every_function_is_annotated() -> None:
    """Arguments and results carry types; the linter asks the same of the tests."""
    offenders = [
        f"{source.at(function)} {function.name}: {', '.join(missing)}"
        for source in product()
        for function in source.functions
        if (missing := list(unannotated(function)))
    ]
    told("Functions without full annotations:", offenders)


def is_broad(caught: ast.expr | None) -> bool:
    """Whether an except clause (or what suppress() is given) takes everything."""
    if caught is None:
        return True
    named = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(dotted(node).removeprefix("builtins.") in {"Exception", "BaseException"} for node in named)


def broad_excepts(source: Source) -> Iterator[ast.excepthandler | ast.expr]:
    """Clauses that take every exception, `contextlib.suppress(Exception)` included."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type):
            yield node
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
            yield from (argument for argument in node.args if is_broad(argument))


def has_reason(source: Source, line: int) -> bool:
    """Whether a comment of at least three words stands on the clause, above it or below it."""
    near = source.lines[max(0, line - 2) : line + 1]
    remarks = [re.sub(r"noqa(:\s*\w+)?", "", text.partition("#")[2]) for text in near]
    return any(len(remark.split()) >= 3 for remark in remarks)


def test_broad_excepts_are_few() -> None:
    """A clause that takes everything also takes our own faults; six places in the whole product may."""
    found = [source.at(node) for source in product() for node in broad_excepts(source)]
    if len(found) > BROAD_EXCEPTS_MOST:
        told(
            f"{len(found)} broad excepts, allowed {BROAD_EXCEPTS_MOST}; name the exceptions you expect:",
            found,
        )


def test_broad_excepts_give_their_reason() -> None:
    """Where everything is taken, a comment says why."""
    offenders = [
        source.at(node)
        for source in product()
        for node in broad_excepts(source)
        if not has_reason(source, node.lineno)
    ]
    told("Broad excepts without a comment that gives the reason (on the line, above or below):", offenders)


def test_tests_patch_nothing() -> None:
    """Where a test wants to patch, a seam is missing: fakes are shipped beside the seams."""
    patching = {f"monkeypatch.{verb}" for verb in ("setattr", "delattr", "setitem", "delitem")}
    modules = ("unittest.mock", "mock", "pytest_mock")
    offenders = [
        source.at(node)
        for source in unit_tests()
        for node, name in used(source)
        if name in patching or name.startswith(tuple(f"{module}." for module in modules)) or name in modules
    ]
    told("Tests that patch; use the fake beside the seam or the real thing on loopback:", offenders)


def sleeps(node: ast.Call, name: str) -> bool:
    """Whether a call waits for time to pass; a yield to other tasks below one second does not count."""
    if name == "time.sleep":
        return True
    if name not in {"asyncio.sleep", "anyio.sleep"}:
        return False
    length = node.args[0] if node.args else None
    return not (
        isinstance(length, ast.Constant) and isinstance(length.value, int | float) and length.value < 1
    )


def test_tests_do_not_sleep() -> None:
    """Time moves by hand in tests; the laboratory may poll what it started, below a second at a time."""
    offenders = [
        source.at(node) for source in unit_tests() for node, name in calls(source) if sleeps(node, name)
    ]
    told("Tests that sleep; move the clock by hand:", offenders)


def called_pure() -> list[str]:
    """The modules listed as pure, and those whose docstring says that they are."""
    says = re.compile(r"\bPure\b")
    declared = {source.path for source in product() if says.search("".join(source.lines[:12]))}
    return sorted({*PURE, *declared})


@pytest.mark.parametrize("path", called_pure())
def test_the_thinking_is_pure(path: str) -> None:
    """The modules that decide import no clock, no task, no thread, no socket and no chance."""
    assert (ROOT / path).is_file(), f"{path} is listed as pure but is not there; correct PURE in this file"
    source = Source(path, (ROOT / path).read_text("utf-8"))
    offenders = [
        f"{source.at(node)} {name}" for node, name in imported(source) if name.split(".")[0] in IMPURE_MODULES
    ]
    told("A pure module takes time and chance as arguments:", offenders)


def test_only_the_clock_reads_the_clock() -> None:
    """The wall clock is read in one module; everything else is told the time."""
    offenders = [
        f"{source.at(node)} {name}()"
        for source in product()
        if source.path not in CLOCKS
        for node, name in calls(source)
        if name in WALL_CLOCK_CALLS
    ]
    told("Wall clock read below the shell; take `now` as an argument or a Clock:", offenders)


def ignored_names() -> list[str]:
    """The patterns of .gitignore, without slashes: what git does not keep is not looked at."""
    lines = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    return [".git", *(line.strip("/").split("/")[-1] for line in lines if line and not line.startswith("#"))]


@cache
def kept_files() -> tuple[tuple[str, str], ...]:
    """Path and text of every text file of the repository; binary files are left out."""
    ignored = ignored_names()
    found: list[tuple[str, str]] = []
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [
            name for name in subfolders if not any(fnmatch.fnmatch(name, one) for one in ignored)
        ]
        for name in sorted(names):
            path = Path(folder, name)
            if any(fnmatch.fnmatch(name, one) for one in ignored) or path == Path(__file__):
                continue
            raw = path.read_bytes()
            if b"\0" not in raw[:8192]:
                found.append((path.relative_to(ROOT).as_posix(), raw.decode("utf-8", "replace")))
    return tuple(found)


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    """Every line of the repository's text that matches, as `path:line: text`."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in kept_files()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_package_registry_is_named() -> None:
    """Every site has its own mirror: addresses belong into the machine's pip settings, not into the repository."""
    hosts = r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|registry\.yarnpkg|deb\.debian\.org|/simple/?(\s|\"|'|$)"
    flags = r"--(extra-)?index-url|\b(extra-)?index-url\s*="
    told("Addresses of package registries:", lines_matching(re.compile(rf"https?://\S*({hosts})|{flags}")))


def test_no_path_of_one_machine_is_named() -> None:
    """A path that exists on one developer's machine only is a fault on every other."""
    pattern = re.compile(r"(?<![\w.*}\])])/(work|farm|home/\w+|Users/\w+|opt/(wheels|pypi)\b)")
    told("Absolute paths of one machine:", lines_matching(pattern))


def test_nothing_is_left_open() -> None:
    """Unfinished business belongs into an issue, not into the source."""
    markers = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
    told("Marks of unfinished work:", [line for line in lines_matching(markers) if ".py:" in line])


def test_the_repository_speaks_of_the_project_only() -> None:
    """What is kept says what the product does, not by whom or how it was typed."""
    told("Lines about the making, not the product:", lines_matching(re.compile(MAKING, re.IGNORECASE)))


SAMPLE = '''"""A module."""
import time


@property
def counted(
    first: int,
) -> str:
    """One line,

    and another.
    """
    # a remark

    return """two
lines"""  # 5 code lines: the decorator is not one of them


def greedy(self, bare) -> None:
    try:
        time.sleep(1)
    except (KeyError, Exception):
        pass
    except BaseException:  # the runner must say what happened
        raise
    with suppress(Exception):  # noqa: BLE001
        await anyio.sleep(0)
        await anyio.sleep(5)
'''


@pytest.fixture
def sample() -> Source:
    """A file with one of every offence."""
    return Source("sample.py", SAMPLE)


def test_sizes_leave_out_what_only_explains(sample: Source) -> None:
    """Decorators, docstrings, remarks and blank lines are free; the signature and text values are not."""
    assert {function.name: sample.size(function) for function in sample.functions} == {
        "counted": 5,
        "greedy": 10,
    }


def test_every_shape_of_broad_except_is_seen(sample: Source) -> None:
    """Tuples, BaseException and suppress count as broad, and a noqa is no reason."""
    seen = {node.lineno: has_reason(sample, node.lineno) for node in broad_excepts(sample)}
    assert seen == {22: False, 24: True, 26: False}


def test_missing_annotations_and_sleeps_are_seen(sample: Source) -> None:
    """What the rules look for is found where it is."""
    assert [list(unannotated(function)) for function in sample.functions] == [[], ["bare"]]
    assert [node.lineno for node, name in calls(sample) if sleeps(node, name)] == [21, 28]
    assert percentile(list(range(1, 101)), 0.95) == 95
