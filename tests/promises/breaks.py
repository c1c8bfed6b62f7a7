"""For each kind of what was once wrong or lost, edits that break it again; its tests must fail with one of them."""

from __future__ import annotations

from typing import NamedTuple


class Break(NamedTuple):
    """An edit: in this file, this text becomes that."""

    file: str
    old: str
    new: str


BREAKS: dict[str, tuple[Break, ...]] = {
    "Piecewise-constant functions of scalars in programs": (
        Break(
            "autograd/program/tracing.py",
            "        if None in places:\n",
            "        if not rule.differentiable and rule.elementwise and len(inputs) == 1:\n"
            "            return float(rule.scalar(getattr(inputs[0], '_raw', inputs[0])))\n"
            "        if None in places:\n",
        ),
    ),
    "Cross-entropy of large logits by the native engine": (
        Break("autograd/program/native/array_kernels.py", "    top = ", "    top = 0.0 * "),
    ),
    "A weight that is frozen between compiled steps": (
        Break("nn/training/compiled.py", "frozen, self._optimizer.settings", "self._optimizer.settings"),
    ),
    "Identities of programs below every consumer, broadcasts below products": (
        Break(
            "autograd/program/simplify.py",
            "(other.shape == entry.shape and other.dtype == entry.dtype)",
            "other.dtype == entry.dtype",
        ),
        Break("autograd/program/simplify.py", "    activations.relu: _relu,\n", "    activations.tanh: _relu,\n"),
    ),
    "Derivatives of compiled functions, and compiled functions in graphs": (
        Break("autograd/program/replay.py", "            raise _Differentiated\n", "            pass\n"),
        Break("autograd/program/replay.py", "if current_tracer() is not None:", "if False:"),
    ),
    "Buffers that the traced function fills itself": (
        Break("autograd/program/tape.py", 'np.array(number, order="C")', "np.asarray(number)"),
    ),
    "Generators of random numbers, the user's own too": (
        Break("autograd/program/purity.py", "if after == self._before:", "if True:"),
    ),
    "Two logsumexps of different lengths in one program": (
        Break(
            "autograd/program/numbers/fusion.py",
            "with_total, operands, (place, *parts)",
            "with_total, operands, (place, *parts[:2])",
        ),
    ),
    "Arrays of every kind that change between the passes, by every way in": (
        Break("autograd/tensor/operands.py", '        return array.copy("K")\n', "        return array\n"),
        Break("autograd/graph/changes.py", '        return x.copy("K")\n', "        return x\n"),
        Break("autograd/tensor/operands.py", "    array.flags.writeable = False\n", ""),
        Break(
            "autograd/tensor/operands.py",
            "copy.dtype is array.dtype and copy.base == rows",
            "copy.dtype is array.dtype",
        ),
    ),
    "Leaves that change between the passes": (
        Break("autograd/graph/changes.py", "                raise GraphError(", "                GraphError("),
        Break(
            "autograd/tensor/tensor.py",
            "            array = array.view()\n            array.flags.writeable = False\n",
            "            array = array.view()\n",
        ),
    ),
    "Modes that end in any order, in any thread, and are used again": (
        Break("autograd/graph/mode.py", "        _set(_without(mode, modes))\n", "        _set(modes[:-1])\n"),
        Break("autograd/graph/mode.py", "    for state in list(_STATES.values()):", "    for state in ():"),
        Break(
            "autograd/graph/mode.py",
            "    return (*modes[:last], *modes[last + 1 :])",
            "    return tuple(each for each in modes if each != mode)",
        ),
    ),
    "Softmax and its kin: large and infinite logits, weights of 0, nothing but −∞": (
        Break("autograd/rules/forwards.py", "    shifted = x - largest(x, axis)\n", "    shifted = x\n"),
        Break(
            "autograd/rules/cross_entropy.py",
            "np.where(np.equal(targets, 0), 0, log_softmax(logits, -1))",
            "log_softmax(logits, -1)",
        ),
        Break("autograd/program/native/number_kernels.py", "nothing and not divides", "nothing"),
        Break("autograd/rules/forwards.py", "    if math.isinf(top):  # and", "    if False:  # and"),
        Break("autograd/numpy/reductions.py", "_SMALL = 16.0", "_SMALL = 1e308"),
        Break("autograd/program/intrinsics.py", "_softmax(xs, np.nan)", "_softmax(xs, 0.0)"),
    ),
    "Identity of Values; of Tensors, whose == is NumPy's": (
        Break(
            "autograd/value/value.py",
            "    def __eq__(self, other: object) -> bool:",
            "    def __eq__(self, other): return self._raw == getattr(other, '_raw', other)\n\n"
            "    def _eq(self, other: object) -> bool:",
        ),
        Break("autograd/tensor/tensor.py", "    def __eq__(self, other: Any)", "    def _eq(self, other: Any)"),
    ),
    "Arrays of other libraries, masks and matrices": (
        Break("autograd/tensor/operands.py", 'hasattr(x, "mask")', "False"),
        Break("autograd/tensor/operands.py", "    if isinstance(x, np.matrix):", "    if False:"),
        Break("autograd/tensor/operands.py", '    if hasattr(type(x), "__array_ufunc__") or', "    if False and"),
    ),
    "A derivative inside a derivative comes back plain": (
        Break(
            "autograd/functional/run.py",
            "    if not isinstance(found, Tensor):\n        return found.data",
            "    return found\n    if not isinstance(found, Tensor):\n        return found.data",
        ),
    ),
    "Compiled functions with size-one and stretched operands": (
        Break("autograd/program/tape.py", "return (value.shape, plain", "return (plain.shape, plain"),
        Break(
            "autograd/program/simplify.py",
            "(other.shape == entry.shape and other.dtype == entry.dtype)",
            "other.dtype == entry.dtype",
        ),
    ),
    "What leaves a graph and comes back: detach, no_grad, comparisons": (
        Break("autograd/program/program.py", "    found = frozen(order, inputs)\n", "    found = None\n"),
        Break(
            "autograd/program/nodes.py",
            "        return active().joined(self, requires_grad=False)",
            "        return self",
        ),
    ),
    "Run folders: a config.json with anything anywhere": (
        Break("nn/app/preprocess.py", "        SCHEMA(values)\n", ""),
        Break("nn/app/runs.py", "> MOST_CONFIG_BYTES", "> 2**60"),
        Break("nn/app/runs.py", "parse_constant=_no_number", "parse_constant=float"),
    ),
    "IDX headers, CSV files, packed files: bounds before memory": (
        Break("nn/app/idx.py", "    if math.prod(max(side, 1) for side in shape) > MOST_DATA_BYTES:", "    if False:"),
        Break("nn/app/idx.py", "file.read(max(start + promised + 1 - len(begin), 0))", "file.read(2**27)"),
        Break("nn/app/csvfile.py", "    if columns > MOST_COLUMNS:", "    if False:"),
        Break("nn/app/csvfile.py", "    if lines > MOST_ROWS or lines * columns > MOST_CELLS:", "    if False:"),
        Break("nn/app/dialect.py", "    if len(unpacked) > MOST_DATA_BYTES:", "    if False:"),
        Break(
            "nn/app/preprocess.py",
            "        if rows * max(self.width, self.outputs) <= MOST_INPUTS:",
            "        if True:",
        ),
        Break("SECURITY.md", "262,144", "many"),
    ),
    "Streams that are closed or know few characters": (
        Break("nn/app/terminal.py", "    with redirect_stdout(_Unread(sys.stdout)):\n        yield", "    yield"),
        Break("autograd/terminal.py", "line_buffering=True, errors=ERRORS", "line_buffering=True"),
    ),
    "Escape codes in names": (Break("nn/_text.py", "    if text.isprintable():\n", "    if True:\n"),),
    "The collector after an interrupt in the reserve of nodes": (
        Break(
            "autograd/value/reserve.py",
            "            deque(map(call, steps), maxlen=0)\n        except BaseException:  # no memory\n"
            "            gc.enable()\n",
            "            for step in steps:\n                step()\n        except ZeroDivisionError:\n",
        ),
    ),
    "Modes of files": (
        Break("autograd/files.py", "permissions(path, 0o666)), ", "0o666), "),
        Break("autograd/files.py", "        return usual & path.stat().st_mode\n", "        return usual\n"),
    ),
    "Checkpoints that describe more than they hold": (
        Break(
            "nn/training/architecture.py",
            '            raise StateError(f"it has more than',
            '            StateError(f"it has more than',
        ),
    ),
    "Code that lies beside the data": (
        Break("nn/app/cli.py", "def run()", "import sys\nsys.path.insert(0, '')\n\n\ndef run()"),
    ),
    "The cache of machine code": (
        Break("autograd/program/native/cache_folder.py", "        shutil.rmtree(folder)\n", "        return True\n"),
        Break(
            "autograd/program/native/cache_folder.py", "given if given.is_absolute() else", "given if given.parts else"
        ),
        Break(
            "autograd/program/native/machine.py",
            "return code if hashlib.sha256(code).digest() == digest else None",
            "return code",
        ),
    ),
    "Trainings that end early: a failing program beside, SIGTERM, SIGKILL, what is left behind": (
        Break(
            "nn/app/commands.py",
            "    except Exception as error:\n        path.unlink",
            "    except ZeroDivisionError as error:\n        path.unlink",
        ),
        Break("nn/app/commands.py", "    with terminated_as_interrupted(), unread()", "    with unread()"),
        Break("autograd/files.py", "                    os.unlink(entry.path)", "                    pass"),
        Break(
            "nn/training/resume.py",
            '            trainer.optimizer.load_state_dict(parts["optimizer"])\n',
            "",
        ),
    ),
    "`x.data[0] = …` between the passes: named as the user's own risk": (
        Break(
            "autograd/graph/changes.py",
            "    made = min([node.stamp",
            "    raise GraphError('x')\n    made = min([node.stamp",
        ),
    ),
    "Tails: the whole book against mpmath, order 0 to 2": (
        Break(
            "autograd/rules/trigonometry.py", "lambda g, y, x: g * sech_squared(x)", "lambda g, y, x: g * (1 - y * y)"
        ),
        Break("tests/autograd/rules/accuracy.py", "max(worst[order], (error, point))", "worst[order]"),
    ),
    "Norm and root at 0": (
        Break("autograd/rules/reductions.py", "direction(x, restore(y, x, axis))", "(x / restore(y, x, axis))"),
        Break("autograd/graph/anomaly.py", "_LENGTH if root_of_nothing", "_LENGTH if False and root_of_nothing"),
    ),
    "Trainings that would learn nothing": (
        Break("nn/losses/common.py", "    if shape[-1:] == (1,):\n", "    if False:\n"),
        Break(
            "nn/losses/common.py",
            "    if not (rows.min() >= 0 and np.abs(totals - 1).max() <= ROUNDING):",
            "    if False:",
        ),
    ),
    "A summed loss in training and validation": (
        Break("nn/training/trainer.py", "self.loss, is_sum_of_samples(self.loss)", "self.loss, False"),
    ),
    "Conditions in the drawn page": (
        Break("autograd/drawing/page.py", '"frozen": _frozen(node) if kind == "scalar" else None', '"frozen": None'),
    ),
    "Names that differ, in LaTeX": (
        Break("autograd/explaining/notation.py", r"([^\W\d_])(\d*)", r"([^\W\d_])_?(\d*)"),
    ),
    "Positions out of range in programs": (
        Break(
            "autograd/program/arrays/steps.py",
            "self._classes:\n                return None",
            "self._classes:\n                pass",
        ),
        Break(
            "autograd/rules/selection.py",
            "x[(*(slice(None),) * axis, *positions)],",
            "x[(*(slice(None),) * axis, *(p % x.shape[axis] for p in positions))],",
        ),
    ),
    "Networks as source text, weights that are not finite too": (
        Break("nn/interchange/source.py", 're.sub("nan|inf", r"np.\\g<0>", str(x))', "str(x)"),
        Break("nn/interchange/source.py", '.replace("inf", "INFINITY")', ""),
    ),
    "Products over an empty axis": (
        Break(
            "autograd/rules/shapes.py",
            "// max(1, prod(kept_shape(full, axis)))",
            "// prod(kept_shape(full, axis))",
        ),
        Break(
            "autograd/rules/shapes.py", "    return prod(shape(x)[:-1])", "    return prod(shape(x)) // shape(x)[-1]"
        ),
    ),
    "Recorded backward passes and reference cycles": (
        Break("autograd/value/node.py", "gradient._raw if isinstance(gradient, ScalarNode) else gradient", "gradient"),
        Break(
            "autograd/graph/backward.py",
            "    return gradients\n\n\ndef _carry",
            "    root.gradients = gradients\n    return gradients\n\n\ndef _carry",
        ),
    ),
}
