// The graph computed again, from the rule book's formulas: forward in topological order, then the same backward pass
// as the engine's. `book` and `rules` come before this file; they are printed from the rule book.

const data = JSON.parse(document.getElementById("data").textContent);
const { nodes, forward, backward } = data;
const scalar = data.kind === "scalar";

// JSON has no infinities and no NaN; those travel as words.
const number = (x) => (x === null || x === undefined ? null : scalar ? Number(x) : x);

// The pass as the engine recorded it; a typed expression has no other pass than the one computed here.
function recorded() {
  if (data.typed) return computed(new Map());
  return {
    values: nodes.map((node) => number(node.value)),
    events: backward.map((event) => ({
      node: event.node,
      upstream: number(event.upstream),
      entries: event.entries,
      flows: event.flows.map((flow) => ({
        ...flow,
        local: number(flow.local),
        contribution: number(flow.contribution),
        total: number(flow.total),
      })),
    })),
  };
}

// The same pass for other values of the leaves.
function computed(leafValues) {
  const values = nodes.map((node, i) => leafValues.get(i) ?? number(node.value));
  const inputsOf = (i) => nodes[i].inputs.map((x) => (typeof x === "object" ? Number(x.value) : values[x]));
  for (const i of forward) values[i] = Number(rules[nodes[i].rule].forward(...inputsOf(i)));

  const gradients = new Map([[nodes.length - 1, Number(backward[0]?.upstream ?? 1)]]);
  const belowChoice = new Set();
  const events = backward.map((event) => {
    const i = event.node;
    const upstream = gradients.get(i);
    if (!event.flows.length) return { node: i, upstream, flows: [] };
    const rule = rules[nodes[i].rule];
    const inputs = inputsOf(i);
    const shares = rule.shares(upstream, values[i], ...inputs);
    const locals = rule.locals(upstream, values[i], ...inputs);
    const chosen = rule.selects || belowChoice.has(i);
    const flows = event.flows.map((flow) => {
      let contribution = shares[flow.position];
      if (chosen) {
        belowChoice.add(flow.parent);
        // Below a choice, a zero upstream gradient means "not taken": 0 · ∞ is 0 there.
        if (rule.elementwise && Number.isNaN(contribution) && upstream === 0) contribution = 0;
      }
      const before = gradients.get(flow.parent);
      const total = before === undefined ? contribution : before + contribution;
      gradients.set(flow.parent, total);
      return { ...flow, local: locals[flow.position], contribution, total };
    });
    return { node: i, upstream, flows };
  });
  return { values, events };
}

const close = (a, b) => Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

// Whether this browser's arithmetic gives the engine's numbers; only then are leaves offered for change.
function agrees() {
  const ours = computed(new Map());
  const theirs = recorded();
  return (
    ours.values.every((x, i) => close(x, theirs.values[i])) &&
    ours.events.every((event, k) => close(event.upstream, theirs.events[k].upstream))
  );
}

// A number with so many significant digits, as the engine's own tables write it.
function written(x, digits = 6) {
  if (x === null || x === undefined) return "–";
  if (typeof x === "string") return x;
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const plain =
    power < -4 || power >= digits
      ? `${trimmed(mantissa)}e${power}`
      : trimmed(x.toFixed(Math.max(0, digits - 1 - power)));
  return plain.replaceAll("-", "−");
}
const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);
