"""``python -m autograd "EXPR" name=value …``: an expression's value, every gradient, and the chain rule behind them."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from autograd import terminal
from autograd.errors import GradbookError
from autograd.explaining.explain import explain
from autograd.explaining.notation import number_text
from autograd.explaining.trace import trace_backward
from autograd.learn.expression import ExpressionError, compute, listed_names, names_in
from autograd.value.value import Value

LONGEST_LINE = 1000  # of an error
OPTIONS = ("--help", "--save", "--steps", "--typed", "--wrt")
ENDINGS = (".svg", ".png", ".pdf", ".dot", ".mmd", ".html")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 0, or 2 after bad input.

    Args:
        argv: The words after ``python -m autograd``; None takes those of the command line.
    """
    words = [_decoded(word) for word in (sys.argv[1:] if argv is None else argv)]
    # A leading minus belongs to the expression, unless it begins an option; a blank in front tells argparse so.
    options = _parser().parse_intermixed_args([word if _is_option(word) else f" {word}" for word in words])
    try:
        numbers = _numbers(options.values)
        _say(options, numbers)
        if options.typed is not None:
            from autograd.files import write
            from autograd.learn.typed import typed_page

            write(options.typed, typed_page(options.expression.strip(), numbers))
            print(f"\nsaved {options.typed}")
        return 0
    except BrokenPipeError:
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        message = f"{place}{error.strerror or error}"
    except (GradbookError, ValueError) as error:
        message = str(error)
    line = " ".join(message.split())
    print(f"error: {line if len(line) <= LONGEST_LINE else f'{line[:LONGEST_LINE]}…'}", file=sys.stderr)
    return terminal.BAD_INPUT


def _decoded(word: str) -> str:
    """A word as UTF-8, of which Python makes half characters where the locale is C."""
    return os.fsencode(word).decode(errors="surrogateescape") if re.search("[\udc80-\udcff]", word) else word


def _is_option(word: str) -> bool:
    return not word.startswith("-") or word in ("-h", "--") or word.partition("=")[0] in OPTIONS


def _parser() -> terminal.Parser:
    parser = terminal.Parser(
        prog="python -m autograd",
        description="An expression’s value, its derivative for every name in it, and how the chain rule finds them.",
        formatter_class=terminal.Formatter,
        epilog=f"""Functions: {", ".join(listed_names())}. Constants: pi, e.

example:
  python -m autograd "tanh(a*b + c)" a=2 b=-3 c=10 --save graph.svg""",
    )
    parser.add_argument("expression", metavar="EXPR", help="in Python's grammar, in quotation marks")
    parser.add_argument("values", nargs="*", metavar="NAME=VALUE", help="a number for each name in it")
    parser.add_argument("--wrt", metavar="NAME", action="append", help="explain only this derivative (may be repeated)")
    parser.add_argument("--steps", action="store_true", help="also list the backward pass, step by step")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help=f"draw the graph; the ending says the format: {', '.join(ENDINGS)}"
    )
    parser.add_argument(
        "--typed", type=Path, metavar="FILE", help="write the page on which this and any other expression can be typed"
    )
    return parser


def _say(options: argparse.Namespace, numbers: dict[str, float]) -> None:
    if options.save is not None and options.save.suffix.lower() not in ENDINGS:
        raise ExpressionError(f"--save {options.save}: expected a name that ends in one of {', '.join(ENDINGS)}")
    variables = {name: Value(number, label=name) for name, number in numbers.items()}
    output = compute(options.expression, variables)
    names = names_in(options.expression)
    unused = [name for name in numbers if name not in names]
    if unused:
        raise ExpressionError(
            f"{unused[0]} has a value but is not in the expression, whose names are {', '.join(names) or 'none'}"
        )
    if not (isinstance(output, Value) and output.requires_grad) and options.save is not None:
        raise ExpressionError("nothing to draw: the expression depends on no name")
    if not isinstance(output, Value):
        print(f"{options.expression.strip()} = {number_text(float(output), 10)}")
        return
    for name in options.wrt or ():
        if name not in variables:
            raise ExpressionError(f"--wrt {name}: the expression's names are {', '.join(variables)}")
    if output.rule is None:  # a name alone: L = a
        output = output + 0.0
    output.label = "L"
    print(f"L = {options.expression.strip()} = {number_text(output.data, 10)}")
    if not output.requires_grad:
        return
    output.backward()
    for name, variable in variables.items():
        gradient = 0.0 if variable.grad is None else variable.grad
        print(f"∂L/∂{name} = {number_text(gradient, 10)}    at {name} = {number_text(variable.data, 10)}")
    for name in options.wrt or variables:
        print(f"\n{explain(output, wrt=variables[name])}")
    if options.steps:
        print(f"\n{trace_backward(output)}")
    if options.save is not None:
        from autograd.drawing.drawing import draw

        draw(output).save(options.save)
        print(f"\nsaved {options.save}")


def _numbers(words: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = name.strip()
        if name.startswith("-"):
            _parser().refuse_options([name])
        if not equals or not name.isidentifier():
            raise ExpressionError(f"{word.strip()!r}: expected NAME=VALUE without blanks, such as a=2.5")
        if name in found:
            raise ExpressionError(f"{name} is given twice")
        try:
            found[name] = float(text)
        except ValueError:
            raise ExpressionError(f"{word!r}: {text.strip()!r} is not a number") from None
    return found


def run() -> NoReturn:
    """What ``python -m autograd`` runs: `main`, between the streams that it needs and the process's end."""
    terminal.run(main)


if __name__ == "__main__":
    run()
