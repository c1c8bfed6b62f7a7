"""Expressions of the engine's small language as LLVM's text; `language` says what there is."""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

LANES: Final = 16

FEW = "<4 x double>"
TYPES = {"int": "i64", "f4": "float", "f8": "double", "bool": "i1", "few": FEW}
# Pointers are known by what they point to.
POINTERS = {"words": "i32*", "longs": "i64*", "truths": "i8*", "f4s": "float*", "f8s": "double*"}
SIZES = {"i32": 4, "i64": 8, "i8": 1, "float": 4, "double": 8}
MATH: Final = ("exp", "log1p", "log", "fabs")
_WHOLE = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.FloorDiv: "sdiv", ast.Mod: "srem", ast.BitAnd: "and"}
_FLOAT = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_COMPARED = {
    ast.Eq: ("eq", "oeq"), ast.NotEq: ("ne", "une"), ast.Lt: ("slt", "olt"), ast.LtE: ("sle", "ole"),
    ast.Gt: ("sgt", "ogt"), ast.GtE: ("sge", "oge"),
}  # fmt: skip

NONE: Final[Mapping[str, str]] = MappingProxyType({})

Operand = tuple[str, str]  # as LLVM writes it, and its type


def float_of(x: float) -> str:
    """A number as LLVM writes it: its bits.

    Example:
        >>> float_of(1.5)
        '0x3FF8000000000000'
    """
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


def _type(annotation: ast.expr | None) -> str:
    if not isinstance(annotation, ast.Name):
        raise TypeError("a parameter without a type")
    return TYPES.get(annotation.id) or POINTERS[annotation.id]


def signature(function: ast.FunctionDef) -> tuple[str, tuple[str, ...]]:
    """The types of the result and of the parameters."""
    result = "void" if function.returns is None else _type(function.returns)
    return result, tuple(_type(x.annotation) for x in function.args.args)


def _all(number: int) -> str:
    return f"<{', '.join([f'i64 {number}'] * 4)}>"


def llvm_type(kind: str) -> str:
    """A type as LLVM has it, where all pointers are one."""
    return "ptr" if kind.endswith("*") else kind


class Writer:
    """The lines of a function as they are written, and its expressions."""

    def __init__(
        self,
        function: ast.FunctionDef,
        functions: Mapping[str, ast.FunctionDef],
        elsewhere: Mapping[str, str],
        known_as: str,
    ) -> None:
        self.called: list[str] = []
        self.declared: set[str] = set()
        self._function = function
        self._functions = functions
        self._elsewhere = elsewhere
        self._known_as = known_as
        self._marks = {x.id for x in function.decorator_list if isinstance(x, ast.Name)}
        self._lines: list[str] = []
        self._places: list[str] = []
        self._names: dict[str, str] = {}
        self._count = 0
        self._loops: list[tuple[str, str]] = []  # where `continue` and `break` go
        self._closed = False

    # ---- lines -------------------------------------------------------------------------------------------------------

    def _line(self, line: str) -> None:
        self._lines.append(f"  {line}")

    def _new(self, code: str, kind: str) -> Operand:
        self._count += 1
        self._line(f"%v{self._count} = {code}")
        return f"%v{self._count}", kind

    def _label(self, *words: str) -> list[str]:
        self._count += 1
        return [f"{word}{self._count}" for word in words]

    def _begin(self, label: str) -> None:
        """A new block; what comes before goes there, if it has not gone elsewhere."""
        self._go(label)
        self._lines.append(f"{label}:")
        self._closed = False

    def _end(self, line: str) -> None:
        """The last line of a block."""
        self._line(line)
        self._closed = True

    def _go(self, label: str) -> None:
        if not self._closed:
            self._end(f"br label %{label}")

    def _branch(self, test: ast.expr, yes: str, no: str) -> None:
        self._end(f"br i1 {self._truth(self._value(test))}, label %{yes}, label %{no}")

    # ---- expressions -------------------------------------------------------------------------------------------------

    def _access(self) -> str:
        return ", !llvm.access.group !2" if "parallel" in self._marks else ""

    def _value(self, node: ast.expr) -> Operand:
        method: Callable[[Any], Operand] = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

    def _constant(self, node: ast.Constant) -> Operand:
        value: Any = node.value
        return (str(value), "i64") if isinstance(value, int) else (float_of(value), "double")

    def _name(self, node: Any) -> Operand:
        name = node.id if isinstance(node, ast.Name) else node
        kind = self._names[name]
        return self._new(f"load {llvm_type(kind)}, ptr %at_{name}", kind)

    def _place(self, node: ast.Subscript) -> Operand:
        pointer, kind = self._value(node.value)
        index = self._as(self._value(node.slice), "i64")
        return self._new(f"getelementptr {kind[:-1]}, ptr {pointer}, i64 {index}", kind[:-1])

    def _subscript(self, node: ast.Subscript) -> Operand:
        place, kind = self._place(node)
        found = self._new(f"load {kind}, ptr {place}, align {SIZES[kind]}{self._access()}", kind)
        return self._new(f"zext {kind} {found[0]} to i64", "i64") if kind in ("i32", "i8") else found

    def _binop(self, node: ast.BinOp) -> Operand:
        left, right = self._value(node.left), self._value(node.right)
        if left[1].endswith("*"):
            if not isinstance(node.op, ast.Add):
                raise TypeError(f"a pointer is counted on from: {ast.unparse(node)}")
            return self._new(f"getelementptr {left[1][:-1]}, ptr {left[0]}, i64 {self._as(right, 'i64')}", left[1])
        kind = self._common(left, right)
        whole = kind == "i64" and type(node.op) in _WHOLE
        kind = "double" if kind == "i64" and not whole else kind
        a, b = self._as(left, kind), self._as(right, kind)
        if whole:
            return self._new(f"{_WHOLE[type(node.op)]} i64 {a}, {b}", kind)
        fast = "reassoc " if "reassociated" in self._marks else "contract " if "contracted" in self._marks else ""
        return self._new(f"{_FLOAT[type(node.op)]} {fast}{kind} {a}, {b}", kind)

    def _unaryop(self, node: ast.UnaryOp) -> Operand:
        operand = self._value(node.operand)
        if isinstance(node.op, ast.Not):
            return self._new(f"xor i1 {self._truth(operand)}, true", "i1")
        if isinstance(node.operand, ast.Constant):
            value: Any = node.operand.value
            return self._constant(ast.Constant(-value))
        if operand[1] == "i64":
            return self._new(f"sub i64 0, {operand[0]}", "i64")
        return self._new(f"fneg {operand[1]} {operand[0]}", operand[1])

    def _compare(self, node: ast.Compare) -> Operand:
        if len(node.ops) > 1:
            raise TypeError(f"one comparison at a time: {ast.unparse(node)}")
        left, right = self._value(node.left), self._value(node.comparators[0])
        kind = self._common(left, right)
        a, b = self._as(left, kind), self._as(right, kind)
        whole, of_floats = _COMPARED[type(node.ops[0])]
        code = f"icmp {whole} {kind} {a}, {b}" if kind == "i64" else f"fcmp {of_floats} {kind} {a}, {b}"
        return self._new(code, kind.replace("double", "i1") if kind.startswith("<") else "i1")

    def _boolop(self, node: ast.BoolOp) -> Operand:
        word = "and" if isinstance(node.op, ast.And) else "or"
        found = self._truth(self._value(node.values[0]))
        for part in node.values[1:]:
            found = self._new(f"{word} i1 {found}, {self._truth(self._value(part))}", "i1")[0]
        return found, "i1"

    def _ifexp(self, node: ast.IfExp) -> Operand:
        found, yes, no = self._value(node.test), self._value(node.body), self._value(node.orelse)
        test = self._truth(found)
        kind = yes[1] if yes[1] == no[1] else self._common(yes, no)
        each = kind.replace("double", "i1") if found[1].startswith("<") else "i1"
        return self._new(
            f"select {each} {test}, {llvm_type(kind)} {self._as(yes, kind)}, {llvm_type(kind)} {self._as(no, kind)}",
            kind,
        )

    def _call(self, node: ast.Call) -> Operand:
        if not isinstance(node.func, ast.Name):
            raise TypeError(ast.unparse(node))
        name, given = node.func.id, [self._value(x) for x in node.args]
        if name in TYPES:
            return self._as(given[0], TYPES[name]), TYPES[name]
        if name in POINTERS:
            return self._new(f"inttoptr i64 {given[0][0]} to ptr", POINTERS[name])
        if name == "signed":
            narrow = self._new(f"trunc i64 {given[0][0]} to i32", "i32")[0]
            return self._new(f"sext i32 {narrow} to i64", "i64")
        if name in ("min", "max"):
            test = self._new(f"icmp {'slt' if name == 'min' else 'sgt'} i64 {given[0][0]}, {given[1][0]}", "i1")[0]
            return self._new(f"select i1 {test}, i64 {given[0][0]}, i64 {given[1][0]}", "i64")
        if name in ("few_of", "part", "power_of_two"):
            return self._few(name, given)
        if name in ("lanes", "keep", "spread", "together"):
            return self._vector(name, given)
        if name in MATH:
            kind = given[0][1]
            intrinsic = f"llvm.{name}.f{32 if kind == 'float' else 64}"
            symbol = intrinsic if name != "log1p" else name if kind == "double" else f"{name}f"
            self.declared.add(f"declare {kind} @{symbol}({kind}) #2")
            return self._new(f"call {kind} @{symbol}({kind} {given[0][0]})", kind)
        if name == "step":
            arguments = ", ".join(f"{llvm_type(kind)} {x}" for x, kind in given[1:])
            function = self._new(f"inttoptr i64 {given[0][0]} to ptr", "ptr")[0]
            self._line(f"call void {function}({arguments})")
            return "0", "i64"
        if name in self._elsewhere:
            result, kinds = self._elsewhere[name], tuple(kind for _, kind in given)
        else:
            result, kinds = signature(self._functions[name])
            self.called.append(name)
        arguments = ", ".join(f"{llvm_type(kind)} {self._as(x, kind)}" for x, kind in zip(given, kinds, strict=True))
        if result == "void":
            self._line(f"call void @{name}({arguments})")
            return "0", "i64"
        return self._new(f"call {result} @{name}({arguments})", result)

    def _spread(self, operand: Operand, kind: str) -> str:
        """One number in all lanes."""
        one = self._new(f"insertelement {kind} poison, double {self._as(operand, 'double')}, i64 0", kind)[0]
        count = kind[1 : kind.index(" ")]
        return self._new(f"shufflevector {kind} {one}, {kind} poison, <{count} x i32> zeroinitializer", kind)[0]

    def _few(self, name: str, given: list[Operand]) -> Operand:
        """Up to four numbers side by side, one of them, or powers of two."""
        if name == "part":
            return self._new(f"extractelement {FEW} {given[0][0]}, i64 {given[1][0]}", "double")
        if name == "few_of":
            found = "poison"
            for i, x in enumerate(given):
                found = self._new(f"insertelement {FEW} {found}, double {x[0]}, i64 {i}", FEW)[0]
            return found, FEW
        # A whole number that is added to 1.5 · 2⁵² stands in the last bits; from there it goes to the exponent's.
        moved = self._new(f"fadd {FEW} {given[0][0]}, {self._spread((float_of(1.5 * 2.0**52), 'double'), FEW)}", FEW)[0]
        bits = self._new(f"bitcast {FEW} {moved} to <4 x i64>", "")[0]
        biased = self._new(f"add <4 x i64> {bits}, {_all(1023)}", "")[0]
        return self._new(f"bitcast <4 x i64> {self._new(f'shl <4 x i64> {biased}, {_all(52)}', '')[0]} to {FEW}", FEW)

    def _vector(self, name: str, given: list[Operand]) -> Operand:
        if name == "spread":
            kind = f"<{given[1][0]} x double>"
            return self._spread(given[0], kind), kind
        if name == "together":
            found, whole = given[0]
            width = int(whole[1 : whole.index(" ")])
            while width > 1:
                kind, width = f"<{width} x double>", width // 2
                halves = [
                    self._new(
                        f"shufflevector {kind} {found}, {kind} poison, <{width} x i32> "
                        f"<{', '.join(f'i32 {first + i}' for i in range(width))}>", ""
                    )[0]
                    for first in (0, width)
                ]  # fmt: skip
                found = self._new(f"fadd <{width} x double> {halves[0]}, {halves[1]}", "")[0]
            return self._new(f"extractelement <1 x double> {found}, i64 0", "double")
        place = self._new(f"getelementptr double, ptr {given[0][0]}, i64 {given[1][0]}", "ptr")[0]
        if name == "lanes":
            kind = f"<{given[2][0]} x double>"
            return self._new(f"load {kind}, ptr {place}, align 8", kind)
        self._line(f"store {given[2][1]} {given[2][0]}, ptr {place}, align 8")
        return "0", "i64"

    # ---- types -------------------------------------------------------------------------------------------------------

    def _common(self, a: Operand, b: Operand) -> str:
        if a[1] == b[1]:
            return "i64" if a[1] == "i1" else a[1]
        for kind in (a[1], b[1]):
            if kind.startswith("<"):
                return kind
        return "i64" if {a[1], b[1]} == {"i1", "i64"} else "double"

    def _truth(self, operand: Operand) -> str:
        value, kind = operand
        if kind.endswith(("i1", "i1>")):
            return value
        return self._new(f"icmp ne i64 {value}, 0" if kind == "i64" else f"fcmp une {kind} {value}, 0.0", "i1")[0]

    def _as(self, operand: Operand, kind: str) -> str:
        """An operand in another type."""
        value, own = operand
        if own == kind:
            return value
        if kind.startswith("<"):
            return self._spread(operand, kind)
        word = {
            ("i1", "i64"): "zext", ("i1", "double"): "uitofp", ("i1", "float"): "uitofp", ("i64", "double"): "sitofp",
            ("i64", "float"): "sitofp", ("float", "double"): "fpext", ("double", "float"): "fptrunc",
            ("double", "i64"): "fptosi",
        }[own, kind]  # fmt: skip
        return self._new(f"{word} {own} {value} to {kind}", kind)[0]
