"""Sums of profiles, such as `used / (used + free)`: the four operations, numbers and names, nothing else."""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import isfinite

LONGEST = 200
_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class SumError(ValueError):
    """A text that is no such sum."""


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise SumError(text)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise SumError(text) from None


def names(text: str) -> frozenset[str]:
    """The names in a sum; raises SumError when it is none."""
    tree = _parsed(text)
    _check(tree)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _check(node: ast.expr) -> None:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            _check(left)
            _check(right)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand)
        case ast.Name():
            pass
        case ast.Constant(value=value) if type(value) in (int, float):
            pass
        case _:
            raise SumError


def calculate(text: str, values: Mapping[str, float]) -> float | None:
    """The sum of these values; None where it has none (division by zero, beyond what a number can be)."""
    try:
        result = _value(_parsed(text), values)
    except (ZeroDivisionError, OverflowError):
        return None
    return result if isfinite(result) else None


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](_value(left, values), _value(right, values))
        case ast.UnaryOp(operand=operand):
            return -_value(operand, values)
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=value) if isinstance(value, int | float):
            return float(value)
    raise SumError
