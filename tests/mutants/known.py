"""Changes that change nothing, or nothing but time and memory: why."""

from __future__ import annotations

import re

from tests.mutants.changes import Mutant

# Sizes from which on, or up to which, a way is taken that gives what the other one gives: by file.
SIZES = {
    "autograd/rules/forwards.py": ("ALONE", "FEW", "FORESEEN", "SAMPLED"),
    "autograd/rules/threads.py": ("ALONE", "FEW"),
    "autograd/rules/windows.py": ("COLUMNS", "IMAGES", "NARROW", "SUMMED", "MANY", "LANES"),
    "autograd/rules/window_places.py": ("_LARGEST", "_LINES", "_SHARE", "_SHARES", "_APART"),
    "autograd/rules/triangles.py": ("SMALL",),
    "autograd/rules/memory.py": ("LARGE", "BLOCK"),
    "autograd/value/affine.py": ("FEW", "LARGE"),
    "autograd/value/product.py": ("LARGE",),
    "autograd/value/value.py": ("_FEW",),
    "autograd/value/reserve.py": ("SMALLEST", "LARGEST"),
    "autograd/tensor/dual.py": ("SMALL",),
    "autograd/tensor/operands.py": ("_LARGE", "_KEPT"),
    "autograd/program/program.py": ("BATCHES",),
    "autograd/program/arrays/bytecode.py": ("COPIED",),
    "autograd/program/arrays/steps.py": ("LARGE", "LONGEST", "SUMMED"),
    "autograd/program/native/array_loops.py": ("WORTH_IT", "SHARED", "SHARES", "LINE"),
    "autograd/program/native/helpers.py": ("PATIENCE",),
    "autograd/program/numbers/schedule.py": ("LONG",),
    "autograd/program/numbers/strides.py": ("SHORTEST", "DEPTH"),
}
# Numbers at which one way to compute is left for another, where both are right: by file. The tests look at them and at
# the next on either side (`MEETINGS` in `tests.autograd.rules.accuracy`, and `test_power`).
EDGES = {
    "autograd/rules/normal.py": ("MIDDLE", "FAR", "LARGEST"),
    "autograd/rules/forwards.py": (
        "ALL_WHOLE",
        "SMALLEST_INVERTIBLE",
    ),  # the power overflows there, and is asked of NumPy
}
BEYOND = {"Lt → LtE": "<", "LtE → Lt": "<=", "Gt → GtE": ">", "GtE → Gt": ">="}
UNKNOWN_LENGTH = re.compile(r"(?<!self)\.reshape\((len\([\w.]+\), )?-1[,)]")


def reason(mutant: Mutant) -> str | None:
    """Why a change is none; None of one that the tests are to notice."""
    if mutant.what == mutant.text:
        return "what is None is given as None"
    for name in (*SIZES.get(mutant.where, ()), *EDGES.get(mutant.where, ())):
        is_size = name in SIZES.get(mutant.where, ())
        if is_size and re.match(rf"(\w+, )*{name}\b[\w, ]*(: Final)? = ", mutant.text):
            return f"{name} is a size"
        sign = f" {BEYOND.get(mutant.what)} "
        if mutant.text.count(sign) == 1 and re.search(rf"{sign}(\w+ \* )?(\w+\.)?{name}\b", mutant.text):
            return f"at {name} both ways give the same"
    if mutant.what == "1 → 2" and len(re.findall(r"\b1\b", mutant.text)) == 1 and UNKNOWN_LENGTH.search(mutant.text):
        return "NumPy finds a length of −2, as one of −1"
    return KNOWN.get((mutant.where, mutant.what, mutant.text))


# By file, change and line's text.
KNOWN: dict[tuple[str, str, str], str] = {
    (
        "autograd/rules/cross_entropy.py",
        "0 → 1",
        "return -np.sum(targets * np.where(np.equal(targets, 0), 0, log_softmax(logits, -1)), axis=-1)",
    ): "a weight of 0 times any finite number",
    (
        "autograd/rules/arithmetic.py",
        "0.0 → 1.0",
        "lambda g, y, a, b: g * where(equal(a, 0), 0.0, y) * log(where(equal(a, 0), 1, a)),",
    ): "any finite number times the logarithm of 1",
    (
        "autograd/rules/special.py",
        "1 → 2",
        "large = np.where(near, 1, x)",
    ): "where the series is taken, any number but 0 will do",
    (
        "autograd/rules/forwards.py",
        "1.5 → 2.5",
        "if total > 1.5:",
    ): "below, what follows is right for any total: a sum without rounding, and its log1p; and so it is in between",
    (
        "autograd/rules/windows.py",
        "1 → 2",
        "return max(1, IMAGES * len(images) // max(1, int(images.nbytes)))",
    ): "how many images of nothing are pooled at a time (an image of several bytes is what the other 1 is for)",
    (
        "autograd/rules/windows.py",
        "Mult → Div",
        "one = max(1, self.groups * self.rows * self.count) * self.dtype.itemsize",
    ): "how many samples are taken at a time",
    (
        "autograd/rules/normal.py",
        "0 → 1",
        "return np.where(np.equal(y, 0), 0, x) * y",
    ): "any number times 0",
    (
        "autograd/graph/slips.py",
        "16 → 17",
        "EVERY, UPDATES = 16, 8",
    ): "how often a loop is looked at",
    (
        "autograd/program/native/number_instructions.py",
        "2 → 3",
        'for letters, lengths in (("spdq", (1, 2)), ("sp", (3, 4)))',
    ): "which sums have an instruction of their own",
    (
        "autograd/rules/memory.py",
        "30 → 31",
        "BLOCK = 30 << 20",
    ): "how much memory is shown to the C library once",
    (
        "autograd/program/arrays/chains.py",
        "In → NotIn",
        "read = {array for how, slot, array, _ in loads if how == instructions.FULL and slot in operands}",
    ): "which results take the way through scratch memory; the other way is right, an entry at a time",
    (
        "autograd/tensor/dual.py",
        "Is → IsNot",
        "if (index.__class__ is slice or index.__class__ is int) and recording():",
    ): "the general way gives the same",
    (
        "autograd/tensor/dual.py",
        "Is → IsNot",
        "if kind is float or kind is int:",
    ): "the general way gives the same",
    (
        "autograd/program/arrays/chains.py",
        "NotIn → In",
        "direct = stored and entry.dtype == self._step.dtype and out not in read",
    ): "as above",
    (
        "autograd/tensor/dual.py",
        "call left out",
        "self._abandon()",
    ): "a gradient, or a mark, that is set and not read again goes with the pass",
    (
        "autograd/value/reserve.py",
        "0 → 1",
        "deque(map(call, steps), maxlen=0)",
    ): "the last result is kept for a moment",
    (
        "autograd/tensor/dual.py",
        "return None",
        "return None if self._pass.over else self._abandon()",
    ): "the gradient that the recorded pass would find is None, too",
    (
        "autograd/program/simplify.py",
        "100 → 101",
        "exact = abs(math.frexp(number)[0]) == 0.5 and 2.0**-100 < abs(number) < 2.0**100",
    ): "a power of two divides exactly a little further out, too",
    (
        "autograd/tensor/operands.py",
        "15 → 16",
        "_LARGE = 1 << 15  # bytes; below, a look costs more than a copy",
    ): "which copies are looked for",
    (
        "autograd/program/replay.py",
        "return None",
        "return float",
    ): "a name for numbers that are no Python floats; they then have a trace of their own",
    (
        "autograd/value/reserve.py",
        "2 → 3",
        "self._size = min(2 * self._size, LARGEST) if grows else max(self._size // 2, SMALLEST)",
    ): "how many nodes are made in advance",
    (
        "autograd/program/arrays/numpy_code.py",
        "Eq → NotEq",
        'return entry.dtype is not None and entry.dtype.kind == "f"',
    ): "which means are computed right into memory",
    (
        "autograd/program/numbers/fusion.py",
        "Sub → Add",
        "uses[operand] -= 1",
    ): "a result that nobody reads is computed, too",
    (
        "autograd/program/native/cache_folder.py",
        "return None",
        "return folder.is_dir()",
    ): "on Windows",
    (
        "autograd/program/native/number_instructions.py",
        "2 → 3",
        "for first in combinations_with_replacement(letters, min(length, 2))",
    ): "which sums have an instruction of their own",
    (
        "autograd/tensor/methods.py",
        "False → True",
        'if getattr(self, "requires_grad", False) and np.dtype(dtype).kind not in "fc":',
    ): "every Tensor has one",
    (
        "autograd/rules/arithmetic.py",
        "1 → 2",
        "lambda g, y, a, b: g * where(equal(a, 0), 0.0, y) * log(where(equal(a, 0), 1, a)),",
    ): "0 times the logarithm of any number",
    (
        "autograd/program/numbers/schedule.py",
        "7046029254386353131 → 7046029254386353132",
        "_ODD: Final = np.int64(-0x61C8864680B583EB)",
    ): "how well a hash mixes; what it tells apart has its order from it, and nothing else",
    (
        "autograd/rules/memory.py",
        "call left out",
        "np.empty(BLOCK, np.uint8)",
    ): "how much memory the C library keeps",
    (
        "autograd/program/native/expressions.py",
        "Lt → LtE",
        "turned = rest + other if (rest < 0) != (other < 0) else rest",
    ): "a rest of 0 is signed in the next line, and by 0 it is NaN",
    (
        "autograd/rules/triangles.py",
        "LShift → RShift",
        "SMALL = 1 << 14  # entries",
    ): "of which matrices the triangles are kept",
    (
        "autograd/value/backward.py",
        "condition turned",
        "if wanted is not None and not {x for x in order if x.rule is None and x._second is not CONSTANT}.issubset(wanted):",  # noqa: E501
    ): "which of two passes is taken; they give the same",
    (
        "autograd/value/backward.py",
        "IsNot → Is",
        "if wanted is not None and not {x for x in order if x.rule is None and x._second is not CONSTANT}.issubset(wanted):",  # noqa: E501
    ): "which of two passes is taken; they give the same",
    (
        "autograd/rules/adding.py",
        "1 → 2",
        "block = y.size // max(1, before * after)",
    ): "asked where before is not 1, and of arrays without entries",
    (
        "autograd/program/arrays/steps.py",
        "no USub",
        "if sources[1].dtype != np.int64 or sources[1].shape != full[:-1]:",
    ): "of two axes",
    (
        "autograd/value/value.py",
        "condition turned",
        "numbers = values_alone((inputs,)) if len(inputs) > _FEW else None",
    ): "of how many inputs it is quicker to ask for all kinds at once",
    (
        "autograd/rules/ready.py",
        "0 → 1",
        "if as_written is None or arguments[0].__class__ is not float:",
    ): "a number's gradient and the number are floats together",
    (
        "autograd/program/arrays/steps.py",
        "And → Or",
        "yield from (x for x in applied.operands if x not in made and not self.tape.entries[x].is_number)",
    ): "a place in memory that nobody reads",
    (
        "autograd/tensor/tensor.py",
        "And → Or",
        "if rule.view and np.may_share_memory(data, arrays[0]) and not operands.is_held(data):",
    ): "one copy more",
    (
        "autograd/program/simplify.py",
        "return None",
        "return apply(tape, arithmetic.multiply, (apply(tape, arithmetic.square, (x,)), x))",
    ): "the power itself gives the same",
    (
        "autograd/tensor/dual.py",
        "And → Or",
        "if (other.__class__ is not int and other.__class__ is not float) or other != 2:",
    ): "the general way gives the same",
    (
        "autograd/tensor/dual.py",
        "NotEq → Eq",
        'if push is None or y.dtype.kind != "f":',
    ): "what is real is then found by the recorded pass; of complex numbers, which go on, the rules hold as they are",
    (
        "autograd/graph/clock.py",
        "0 → 1",
        "return self._ticks.get(get_ident(), 0)",
    ): "whether it moved is asked, not where it is",
    (
        "autograd/graph/outside.py",
        "1000 → 1001",
        "DEPTH = 1000",
    ): "how many nodes a look marks",
    (
        "autograd/program/numbers/bytecode.py",
        "condition turned",
        "return REDUCE if any(_reducible(run) for run in loop.runs) else PLAIN",
    ): "which of two ways, both for any sum",
    (
        "autograd/rules/batching.py",
        "condition turned",
        "return rule.array(*given, **attrs) if plain else rule(*given, **attrs)",
    ): "sooner for arrays; what is elementwise there is a function of NumPy's, in which nodes take part",
    (
        "autograd/rules/matrices.py",
        "Gt → GtE",
        "return np.einsum(subscripts, a, b, optimize=np.size(a) * np.size(b) > 10_000)",
    ): "of how many terms NumPy looks for a quicker order",
    (
        "autograd/program/numbers/bytecode.py",
        "GtE → Gt",
        "if loop.lengths[-1] >= WIDTH and all(a.strides[-1] in (0, 1) for run in loop.runs for a in run.reads):",
    ): "which of two ways, both for any sum",
    (
        "autograd/rules/cross_entropy.py",
        "Gt → GtE",
        "weight = 1.0 - t if z > 0 else t",
    ): "at z = 0 both are times 0",
    (
        "autograd/value/reserve.py",
        "64 → 65",
        "SMALLEST, LARGEST = 64, 131072",
    ): "how many nodes are made in advance",
    (
        "autograd/tensor/dual.py",
        "no USub",
        "if kind is int and kept and -SMALL < other < SMALL:",
    ): "the general way gives the same",
    (
        "autograd/graph/slips.py",
        "0 → 1",
        "self.last_pass = 0",
    ): "of a leaf that was set at the clock's first tick, before any pass",
    (
        "autograd/graph/slips.py",
        "GtE → Gt",
        'if self.repeated % EVERY == 0 and "updates" not in self.said and (count := _updates(leaf, order)) >= UPDATES:',
    ): "after how many updates a loop is told of",
    (
        "autograd/rules/forwards.py",
        "0 → 1",
        "return top if are_finite(top) else np.where(np.isfinite(top), top, 0)",
    ): "beside infinity",
    (
        "autograd/rules/forwards.py",
        "Gt → GtE",
        "return y if x > 0 else -y",
    ): "0 has gone before",
    (
        "autograd/rules/activations.py",
        "Gt → GtE",
        'scalar=lambda x, slope: x if x > 0 else slope * x, doc="y = x for x > 0, slope · x otherwise", '
        'kink="x = 0: slope",',
    ): "at 0 both are 0",
    (
        "autograd/program/numbers/schedule.py",
        "1 → 2",
        "return 1 + max(chain(listing.inputs, listing.numbers, listing.places, *listing.parts.values()), default=-1)",
    ): "room for one place more while a plan is made",
    (
        "autograd/rules/windows.py",
        "1 → 2",
        "self.at_a_time = max(1, min(x[0], COLUMNS // one))",
    ): "how many samples are taken at a time",
    (
        "autograd/program/simplify.py",
        "return None",
        "return x",
    ): "the step itself gives the same",
    (
        "autograd/program/native/machine.py",
        "call left out",
        "module.verify()",
    ): "LLVM's own look at what we write",
    (
        "autograd/program/arrays/steps.py",
        "16 → 17",
        "if any(x is None for x in memory) or not full or not prod(full) or prod(full) > 16 * LARGE:",
    ): "of how large arrays an instruction is worth it",
    (
        "autograd/graph/node.py",
        "False → True",
        "def backward(self, gradient: Any = None, create_graph: bool = False) -> None:",
    ): "what only stands for others to write",
    (
        "autograd/tensor/dual.py",
        "Is → IsNot",
        "x = x if x.__class__ is int else as_array(x, rule)",
    ): "the general way gives the same",
    (
        "autograd/program/numbers/schedule.py",
        "no USub",
        "return 1 + max(chain(listing.inputs, listing.numbers, listing.places, *listing.parts.values()), default=-1)",
    ): "room for two places more while a plan is made",
    (
        "autograd/graph/slips.py",
        "8 → 9",
        "EVERY, UPDATES = 16, 8",
    ): "after how many updates a loop is told of",
    (
        "autograd/program/numbers/schedule.py",
        "BitXor → BitOr",
        "found ^= found >> 29",
    ): "how well a hash mixes, as above",
    (
        "autograd/graph/forward.py",
        "Gt → GtE",
        "return not abs(np.sum(terms) - b) > 1e-4 * (np.sum(np.abs(terms)) + abs(b))",
    ): "the way taken where it does not agree gives the same where it does",
    (
        "autograd/graph/forward.py",
        "Add → Sub",
        "return not abs(np.sum(terms) - b) > 1e-4 * (np.sum(np.abs(terms)) + abs(b))",
    ): "as above",
    (
        "autograd/rules/arithmetic.py",
        "0.0 → 1.0",
        "lambda g, y, a, b: g * where(equal(a, 0), 0.0, y) * log(where(logical_or(equal(a, 0), endless(a, b)), 1, a)),",
    ): "any finite number times the logarithm of 1",
    (
        "autograd/graph/copying.py",
        "False → True",
        "node = new_node(cls, None, rule, inputs, attrs or NO_ATTRS, False)",
    ): "set in the next line",
    (
        "autograd/program/intrinsics.py",
        "Add → Sub",
        "return np.concatenate([total, shares]) + np.where(empty, nothing, 0)",
    ): "of 0 and of NaN",
    (
        "autograd/tensor/operands.py",
        "call left out",
        "keep_freed_memory()",
    ): "how much memory the C library keeps",
    (
        "autograd/rules/triangles.py",
        "no Not",
        "if not isinstance(x, np.ndarray) or x.ndim < 2 or x.size > SMALL:",
    ): "of which arrays the triangles are kept",
    (
        "autograd/tensor/batched.py",
        "condition turned",
        "return stack(rows) if any(isinstance(row, Node) for row in rows) else np.stack(rows)",
    ): "each of the two takes arrays and nodes",
    (
        "autograd/value/affine.py",
        "0 → 1",
        "if numbers is None or not all([row[0]._second is not CONSTANT for row in rows]):  # noqa: C419",
    ): "whether one of a row's numbers wants a gradient; the general way asks it of all",
    (
        "autograd/program/native/values.py",
        "True → False",
        "self._closed = True",
    ): "one jump more, which nothing reaches",
    (
        "autograd/rules/forwards.py",
        "Or → And",
        "if (b.__class__ is float or b.__class__ is int) and b != 0:",
    ): "the general way gives the same",
    (
        "autograd/rules/special.py",
        "False → True",
        "return np.where(near, series, y).astype(np.result_type(x, np.float16), copy=False)",
    ): "one copy more",
    (
        "autograd/rules/adding.py",
        "1 → 2",
        "places = places.reshape(-1, 1) * after + np.arange(after)",
    ): "NumPy finds a length of −2, as one of −1",
    (
        "autograd/rules/documentation.py",
        "0 → 1",
        "places = [place for place in places if len(place) == 4 and place[1:3] != [place[0], 0]]",
    ): "no lambda begins a line",
    (
        "autograd/program/numbers/numpy_engine.py",
        "condition turned",
        "return work if names else stacked",
    ): "attributes are given by name or, as they follow the inputs, by place",
    (
        "autograd/graph/changes.py",
        "1 → 2",
        "if not isinstance(x, Node) or changed.get(x, -1) <= node.stamp:",
    ): "no stamp is below 0",
    (
        "autograd/rules/cross_entropy.py",
        "0 → 1",
        "return weight * np.where(np.equal(weight, 0), 0, size) + np.log1p(np.exp(negated(size)))",
    ): "any finite number times 0",
    (
        "autograd/rules/forwards.py",
        "1e+30 → 2e+30",
        "return np.maximum(x, -1e30) * factor * factor / (1 + half * half)",
    ): "any finite number times e^½ˣ, which is 0 below −1500",
    (
        "autograd/graph/clock.py",
        "Add → Sub",
        "self._ticks[get_ident()] = self.ticks_here + 1",
    ): "whether it moved is asked, not where it is",
    (
        "autograd/program/numbers/numpy_engine.py",
        "Gt → GtE",
        "along = run.count if run.count > 1 else 0",
    ): "which of two ways; a sum of one term is that term",
    (
        "autograd/program/numbers/numpy_engine.py",
        "Gt → GtE",
        "if idle or len(rows) > 1 or len(columns) > 1 or set(rows) & set(columns):",
    ): "which of two ways, both for any sum of products",
    (
        "autograd/program/intrinsics.py",
        "True → False",
        "top = np.maximum.reduce(columns, 0, keepdims=True)",
    ): "one row less, which broadcasts to the same",
    (
        "autograd/rules/primitive.py",
        "Add → Sub",
        "return code.co_varnames[2 + len(self.vjps) : code.co_argcount + code.co_kwonlyargcount]",
    ): "no rule of the book takes a setting by name alone",
    (
        "autograd/program/arrays/storage.py",
        "IsNot → Is",
        "if fits and source is not None:",
    ): "one copy more: what fits has a source",
    (
        "autograd/tensor/operands.py",
        "8 → 9",
        "_latest: deque[Array] = deque(maxlen=8)",
    ): "how many copies outlive their graphs",
    (
        "autograd/program/native/number_instructions.py",
        "4 → 5",
        ') + tuple(letter * length for letter in "dq" for length in (3, 4))',
    ): "which sums have an instruction of their own",
    (
        "autograd/program/numbers/lower.py",
        "3 → 4",
        "uses[place] += 3  # an output is needed by itself, so no sum may take it in",
    ): "whether there are more than two is asked",
    (
        "autograd/program/simplify.py",
        "Gt → GtE",
        "if rule in COMMUTATIVE and inputs[0] > inputs[1]:",
    ): "two that are the same, exchanged",
    (
        "autograd/program/arrays/bytecode.py",
        "0.0 → 1.0",
        "w, n = np.array(self._bytecode, np.int64), np.array([*self._numbers, 0.0])",
    ): "one more that nothing reads, so that there is an address",
    (
        "autograd/graph/clock.py",
        "1 → 2",
        "self._ticks[get_ident()] = self.ticks_here + 1",
    ): "whether it moved is asked, not where it is",
    (
        "autograd/value/product.py",
        "Gt → GtE",
        "if len(self._first) > 1:  # some of x is more than a number",
    ): "shares that nobody takes are computed, too",
    (
        "autograd/value/backward.py",
        "Sub → Add",
        "if g == 0.0 and rule.bounded and y - y == 0.0:  # a unit that is off, or a sample that is right: "
        "every share is 0",
    ): "the general way gives the same",
    (
        "autograd/rules/special.py",
        "0 → 1",
        "small = np.where(near, x, 0)",
    ): "where the series is not taken, any number will do",
    (
        "autograd/rules/batching.py",
        "True → False",
        "axes, plain = 0, True",
    ): "which of two ways, as below",
    (
        "autograd/tensor/dual.py",
        "Is → IsNot",
        "if kind is int and -SMALL < other < SMALL:",
    ): "the general way gives the same",
    (
        "autograd/program/native/number_instructions.py",
        "4 → 5",
        'for letters, lengths in (("spdq", (1, 2)), ("sp", (3, 4)))',
    ): "which sums have an instruction of their own",
    (
        "autograd/program/native/number_instructions.py",
        "3 → 4",
        'for letters, lengths in (("spdq", (1, 2)), ("sp", (3, 4)))',
    ): "which sums have an instruction of their own",
    (
        "autograd/program/native/number_instructions.py",
        "1 → 2",
        'for letters, lengths in (("spdq", (1, 2)), ("sp", (3, 4)))',
    ): "which sums have an instruction of their own",
    (
        "autograd/program/tracing.py",
        "0.0 → 1.0",
        "return self._node(x._raw, self.place(x), requires_grad, arithmetic.subtract, (x, 0.0))",
    ): "its place is that of x, so that nothing is subtracted; of the rule the derivative is read",
    (
        "autograd/program/native/language.py",
        "call left out",
        'self._begin(self._label("never")[0])',
    ): "LLVM gives what follows a jump, which nothing reaches, a label of its own",
    (
        "autograd/program/native/machine.py",
        "0 → 1",
        "found[name] = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0",
    ): "no function is at 0",
    (
        "autograd/program/arrays/bytecode.py",
        "0.0 → 1.0",
        "self._numbers.append(0.0 if constant is None else float(constant))",
    ): "every call puts its own number there",
    (
        "autograd/program/arrays/bytecode.py",
        "0 → 1",
        "self._bytecode = [0] * instructions.FIRST",
    ): "filled in when all is known",
    (
        "autograd/program/purity.py",
        "3 → 4",
        'if sys.version_info >= (3, 14) or not getattr(sys, "_is_gil_enabled", lambda: True)():',
    ): "of later Pythons",
    (
        "autograd/program/purity.py",
        "14 → 15",
        'if sys.version_info >= (3, 14) or not getattr(sys, "_is_gil_enabled", lambda: True)():',
    ): "of later Pythons",
    (
        "autograd/program/purity.py",
        "GtE → Gt",
        'if sys.version_info >= (3, 14) or not getattr(sys, "_is_gil_enabled", lambda: True)():',
    ): "a version of two numbers is below every one of three",
    (
        "autograd/value/backward.py",
        "return None",
        "return False",
    ): "whether it took place is asked as a truth",
    (
        "autograd/program/tracing.py",
        "1 → 2",
        "self._start = CLOCK.tick() if captures else -1  # leaves made from here on are the trace's own",
    ): "no stamp is below 0",
    (
        "autograd/program/nodes.py",
        "And → Or",
        "if tracer.data or not isinstance(other, TracedValue) or (other.requires_grad and recording()):",
    ): "taken down at once, as a step of its own, it gives the same",
}
