"""Cycles in a graph given as lists of what each node hangs from."""

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def find_cycles(graph: Graph) -> Iterator[tuple[str, ...]]:
    """Paths that return to where they start, first and last node the same, at least one for every knot of cycles.

    Depth-first without recursion, in the order of the graph, so the answer is the same every time. Nodes that are
    only named, not given, end a path.
    """
    done: set[str] = set()
    for start in graph:
        if start not in done:
            yield from _from(start, graph, done)


def _from(start: str, graph: Graph, done: set[str]) -> Iterator[tuple[str, ...]]:
    path = {start: None}  # a dict keeps the order and is quick to ask
    waiting = [iter(graph[start])]
    while waiting:
        step = next(waiting[-1], None)
        if step is None:
            waiting.pop()
            done.add(path.popitem()[0])
        elif step in path:
            nodes = list(path)
            yield (*nodes[nodes.index(step) :], step)
        elif step in graph and step not in done:
            path[step] = None
            waiting.append(iter(graph[step]))
