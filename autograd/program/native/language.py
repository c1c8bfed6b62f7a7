"""A small language for loops over memory: Python's syntax, one type for each name, written down as LLVM's text.

What the interpreters are made of is written in it, and their parts that depend on the rule book are generated in it.
There are whole numbers of 64 bits (``int``), floats (``f4``, ``f8``), truths, pointers, and floats side by
side. A name has the type of what it is first given. Whole numbers meet floats as ``f8``, as do ``f4`` and ``f8``.
``a if c else b``, ``and`` and ``or`` compute both sides; division by 0 is the processor's.

| written | meaning |
|---|---|
| ``words  longs  truths  f4s  f8s`` | pointers to 32-bit and 64-bit whole numbers, bytes, floats; made of addresses |
| ``p[i]``, ``p + i`` | what is i entries on, without a test of i; a pointer to it |
| ``int(x)  f4(x)  f8(x)  signed(word)`` | conversions; the last takes 32 bits for a signed number |
| ``lanes(p, i, n)  spread(x, n)`` | n neighbours; one number in n lanes; n is written as a number |
| ``keep(p, i, s)  together(s)`` | neighbours set; the sum of all lanes, in halves |
| ``few_of(a, b, c, d)  part(s, i)`` | up to four floats side by side (``few``); one of them |
| ``power_of_two(k)`` | 2ᵏ of each of four whole k |
| ``step(f, …)`` | a call of the function at an address |
| ``@instruction`` | a part of an interpreter: the number of words that it returns is how far the next instruction is |
| ``@reassociated  @contracted`` | sums may be added in any order; a product may be added without being rounded |
| ``@parallel`` | no turn of the innermost loop reads what another writes |
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from autograd.program.native.values import NONE, SIZES, Operand, Writer, llvm_type, signature


@cache
def parsed(text: str) -> Mapping[str, ast.FunctionDef]:
    """The functions of a text, by name."""
    return {x.name: x for x in ast.parse(text).body if isinstance(x, ast.FunctionDef)}


def written(
    name: str, functions: Mapping[str, ast.FunctionDef], elsewhere: Mapping[str, str] = NONE, known_as: str = ""
) -> tuple[str, set[str]]:
    """A function, and those it calls, as LLVM's text; and what that needs to be declared.

    Args:
        name: The function.
        functions: In this language, by name.
        elsewhere: Functions that stand elsewhere in the module: the types of their results.
        known_as: What the function is called from outside, if not by its name.
    """
    texts, declared, wanted = [], set[str](), [name]
    for called in wanted:
        function = _Function(functions[called], functions, elsewhere, (known_as or name) if called == name else "")
        texts.append(function.text())
        declared |= function.declared
        wanted += [x for x in dict.fromkeys(function.called) if x not in wanted]
    return "\n".join(texts), declared


class _Function(Writer):
    """One function, as it is written."""

    def text(self) -> str:
        """The function as LLVM has it."""
        function = self._function
        result, kinds = signature(function)
        names = [x.arg for x in function.args.args]
        parameters = ", ".join(f"{llvm_type(kind)} %{name}" for name, kind in zip(names, kinds, strict=True))
        if "instruction" in self._marks:
            parameters, result = "ptr noalias readonly %code, ptr noalias %m, ptr noalias readonly %table", "void"
        for name, kind in zip(names, kinds, strict=True):
            self._set(name, (f"%{name}", kind))
        for statement in function.body:
            self._statement(statement)
        if not self._closed:
            self._line("ret void" if result == "void" else "unreachable")
        linkage = "" if self._known_as else "internal "
        body = "\n".join(["entry:", *self._places, *self._lines])
        return f"define {linkage}{result} @{self._known_as or function.name}({parameters}) #0 {{\n{body}\n}}\n"

    # ---- statements --------------------------------------------------------------------------------------------------

    def _statement(self, node: ast.stmt) -> None:
        method: Callable[[Any], None] = getattr(self, f"_{type(node).__name__.lower()}")
        method(node)

    def _assign(self, node: ast.Assign) -> None:
        value = node.value
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                found = [self._value(x) for x in value.elts]
                for part, operand in zip(target.elts, found, strict=True):
                    self._store(part, operand)
            else:
                self._store(target, self._value(value))

    def _augassign(self, node: ast.AugAssign) -> None:
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        self._store(node.target, self._value(ast.BinOp(read, node.op, node.value)))

    def _store(self, target: ast.expr, operand: Operand) -> None:
        if isinstance(target, ast.Name):
            self._set(target.id, operand)
        elif isinstance(target, ast.Subscript):
            place, kind = self._place(target)
            if kind in ("i32", "i8"):
                value = self._new(f"trunc i64 {self._as(operand, 'i64')} to {kind}", kind)[0]
            else:
                value = self._as(operand, kind)
            self._line(f"store {kind} {value}, ptr {place}, align {SIZES[kind]}{self._access()}")

    def _set(self, name: str, operand: Operand) -> None:
        if name not in self._names:
            self._names[name] = operand[1]
            self._places.append(f"  %at_{name} = alloca {llvm_type(operand[1])}")
        kind = self._names[name]
        self._line(f"store {llvm_type(kind)} {self._as(operand, kind)}, ptr %at_{name}")

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._value(node.value)

    def _if(self, node: ast.If) -> None:
        yes, no, end = self._label("then", "else", "end")
        self._branch(node.test, yes, no)
        for label, body in ((yes, node.body), (no, node.orelse)):
            self._begin(label)
            for statement in body:
                self._statement(statement)
            self._go(end)
        self._begin(end)

    def _while(self, node: ast.While) -> None:
        head, body, end = self._label("while", "do", "done")
        self._begin(head)
        self._branch(node.test, body, end)
        self._body(body, head, end, node.body)
        self._go(head)
        self._begin(end)

    def _for(self, node: ast.For) -> None:
        if not (isinstance(node.iter, ast.Call) and isinstance(node.target, ast.Name)):
            raise TypeError(ast.unparse(node))
        given = [(self._as(self._value(x), "i64"), "i64") for x in node.iter.args]
        start, stop, stride = (
            given if len(given) == 3 else [*([("0", "i64")] * (len(given) == 1)), *given, ("1", "i64")]
        )
        head, body, end, then = self._label("for", "do", "done", "next")
        counter = head  # apart from the name, which the loop may set
        self._set(counter, start)
        self._begin(head)
        here = self._name(counter)
        inside = self._new(f"icmp slt i64 {here[0]}, {stop[0]}", "i1")
        self._end(f"br i1 {inside[0]}, label %{body}, label %{end}")
        self._body(body, then, end, node.body, (node.target.id, here))
        self._begin(then)
        self._set(counter, self._new(f"add nsw i64 {self._name(counter)[0]}, {stride[0]}", "i64"))
        innermost = not any(isinstance(x, ast.For | ast.While) for y in node.body for x in ast.walk(y))
        self._end(f"br label %{head}{', !llvm.loop !1' if 'parallel' in self._marks and innermost else ''}")
        self._begin(end)

    def _body(
        self, label: str, again: str, end: str, body: list[ast.stmt], first: tuple[str, Operand] | None = None
    ) -> None:
        self._begin(label)
        if first is not None:
            self._set(*first)
        self._loops.append((again, end))
        for statement in body:
            self._statement(statement)
        self._loops.pop()

    def _break(self, _: ast.Break) -> None:
        self._leave(self._loops[-1][1])

    def _continue(self, _: ast.Continue) -> None:
        self._leave(self._loops[-1][0])

    def _leave(self, label: str) -> None:
        self._go(label)
        self._begin(self._label("never")[0])

    def _return(self, node: ast.Return) -> None:
        if "instruction" in self._marks:
            words = self._as(self._value(node.value), "i64") if node.value else "0"
            code = self._new(f"getelementptr i32, ptr %code, i64 {words}", "words")[0]
            number = self._new(f"load i32, ptr {code}, align 4", "i32")[0]
            wide = self._new(f"zext i32 {number} to i64", "i64")[0]
            place = self._new(f"getelementptr ptr, ptr %table, i64 {wide}", "ptr")[0]
            function = self._new(f"load ptr, ptr {place}, align 8", "ptr")[0]
            self._line(f"musttail call void {function}(ptr {code}, ptr %m, ptr %table)")
            self._end("ret void")
        elif node.value is None:
            self._end("ret void")
        else:
            result = signature(self._function)[0]
            self._end(f"ret {result} {self._as(self._value(node.value), result)}")
        self._begin(self._label("never")[0])
