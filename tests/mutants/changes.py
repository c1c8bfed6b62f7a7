"""Small faults: every change of one place in a module's syntax tree that the tests should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]


class Mutant(NamedTuple):
    """One change.

    Attributes:
        path: The module's file.
        number: Which of its changes, in the order of `changes_of`.
        line: Where.
        what: In words.
    """

    path: Path
    number: int
    line: int
    what: str

    @property
    def where(self) -> str:
        """The file, from the root of the checkout."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        """The line as it is written."""
        return self.path.read_text(encoding="utf-8").splitlines()[self.line - 1].strip()


OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitXor: ast.BitOr,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
Change = tuple[int, str, Callable[[], None]]


def changes_of(tree: ast.Module) -> Iterator[Change]:
    """Every change of a module: its line, its name, and what makes it, once, in that tree."""
    for node in _code(tree):
        match node:
            case ast.BinOp() | ast.AugAssign() | ast.BoolOp() if type(node.op) in OPERATORS:
                yield node.lineno, *_other(node, "op")
            case ast.Compare(ops=[_]):
                yield node.lineno, *_other(node.ops, 0)
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                change = {"op": ast.UAdd()} if isinstance(node.op, ast.USub) else {"operand": _not(node.operand)}
                yield node.lineno, f"no {type(node.op).__name__}", lambda node=node, new=change: vars(node).update(new)
            case ast.If() | ast.While() | ast.IfExp():
                turned = ast.copy_location(_not(node.test), node.test)
                yield node.lineno, "condition turned", lambda node=node, new=turned: setattr(node, "test", new)
            case ast.Constant(value=bool() | int() | float()):
                more = node.value + 1 if node.value + 1 != node.value else node.value * 2  # 1 is nothing beside 1e150
                new = not node.value if isinstance(node.value, bool) else more
                yield node.lineno, f"{node.value} → {new}", lambda node=node, new=new: setattr(node, "value", new)
            case ast.Return(value=ast.expr()):
                nothing = ast.copy_location(ast.Constant(None), node)
                yield node.lineno, "return None", lambda node=node, new=nothing: setattr(node, "value", new)
            case ast.Expr(value=ast.Call()):
                nothing = ast.copy_location(ast.Constant(None), node)
                yield node.lineno, "call left out", lambda node=node, new=nothing: setattr(node, "value", new)


def _other(holder: Any, key: Any) -> tuple[str, Callable[[], None]]:
    old = holder[key] if isinstance(holder, list) else getattr(holder, key)
    new = OPERATORS[type(old)]()
    put = holder.__setitem__ if isinstance(holder, list) else lambda key, new: setattr(holder, key, new)
    return f"{type(old).__name__} → {type(new).__name__}", lambda: put(key, new)


def _not(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), copy.copy(node)), node)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """What is run and means something.

    No annotations, no messages of errors, no guards for type checkers, no second look (``strict=``) at equal lengths.
    """
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            typed = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            typed |= isinstance(child, ast.FunctionDef) and "overload" in map(ast.unparse, child.decorator_list)
            typed |= isinstance(child, ast.keyword) and ast.unparse(child) == "strict=True"
            if isinstance(child, ast.AST) and not typed and not isinstance(child, ast.Raise | ast.JoinedStr):
                yield child
                yield from _code(child)


def mutants_of(part: str) -> list[Mutant]:
    """All changes of a part."""
    found = []
    for path in sorted((ROOT / "autograd" / part).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [Mutant(path, number, line, what) for number, (line, what, _) in enumerate(changes_of(tree))]
    return found


def changed_code(mutant: Mutant | None, path: Path) -> CodeType:
    """A module with that change, or as it is, compiled; its lines are those of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number, (_, _, change) in enumerate(changes_of(tree)):
        if mutant is not None and number == mutant.number:
            change()
            break
    return compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True)
