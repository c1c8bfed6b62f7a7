// What one step looks like: the drawing's texts and outlines, the panel, the table, and one sentence for a screen reader.

const byId = (id) => document.getElementById(id);
const output = nodes.length - 1;
const F = forward.length;
const lastStep = F + backward.length; // step 0: leaves; 1 … F: forward; F + 1 …: backward
const start = recorded();
let pass = start;
let step = 0;

const knownAt = nodes.map(() => 0);
forward.forEach((i, k) => (knownAt[i] = k + 1));
const doneAt = nodes.map(() => Infinity);
backward.forEach((event, k) => (doneAt[event.node] = F + 1 + k));

// [step, event number, flow number] of each contribution that a node receives, in order.
const arrivals = nodes.map(() => []);
backward.forEach((event, k) => event.flows.forEach((flow, j) => arrivals[flow.parent].push([F + 1 + k, k, j])));

const el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
const numeral = (x) => {
  const span = el("span", { className: "number" }, written(x));
  if (typeof x === "number") span.dataset.number = String(x);
  return span;
};
const partial = (i) => `∂${nodes[output].name}/∂${nodes[i].name}`;

function valueOf(i) {
  return knownAt[i] <= step ? pass.values[i] : null;
}

// The sum of what has arrived by this step; null before anything has.
function gradientOf(i) {
  if (i === output) return step > F && backward.length ? pass.events[0].upstream : null;
  let total = null;
  for (const [at, k, j] of arrivals[i]) {
    if (at > step) break;
    total = pass.events[k].flows[j].total;
  }
  return total;
}

function stateOf(i) {
  if (knownAt[i] > step) return "waiting";
  if (doneAt[i] <= step) return "done";
  return gradientOf(i) === null ? "known" : "growing";
}

const STATES = {
  waiting: "not computed yet",
  known: "value known",
  growing: "gradient adding up",
  done: "gradient complete",
};
const current = () => (step === 0 ? null : step <= F ? forward[step - 1] : backward[step - F - 1].node);

// ---- the drawing ---------------------------------------------------------------------------------------------------

const svg = document.querySelector("#canvas svg");

// Texts in the drawing replaced, and squeezed where they are wider than the box that Graphviz drew around the old ones.
// All are written before any is measured: a browser lays the page out anew when a length is asked for after a change.
// In a frame that is not shown nothing has a size; what was written there is measured at the next step.
const replaced = new Set();
function put(slot, text) {
  const whole = slot && slot.prefix + text;
  if (!slot || slot.text.textContent === whole) return;
  slot.text.textContent = whole;
  slot.text.removeAttribute("textLength");
  replaced.add(slot);
}
function squeeze() {
  const measured = [...replaced].map((slot) => {
    slot.room ||= Math.max((slot.box?.getBBox().width ?? 1000) - 8, 0);
    return [slot, slot.text.getComputedTextLength()];
  });
  replaced.clear();
  for (const [slot, length] of measured) {
    if (!slot.room) replaced.add(slot);
    else if (length > slot.room) {
      slot.text.setAttribute("textLength", String(slot.room));
      slot.text.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  }
}

const drawn = nodes.map((node, i) => {
  const group = svg?.querySelector(`#n${i}`);
  if (!group) return null;
  group.querySelector("title")?.remove();
  const texts = [...group.querySelectorAll("text")];
  const box = group.querySelector("path, polygon, ellipse");
  const slot = (text) => {
    const prefix = /^(\D*?)\s*(?:[–−?-]|\d|∞|NaN)/.exec(text?.textContent ?? "")?.[1];
    return text && { text, box, prefix: prefix && scalar ? `${prefix} ` : "" };
  };
  const [value, gradient] = [slot(texts.at(-2)), slot(texts.at(-1))];
  if (gradient && !scalar) gradient.prefix = "grad ";
  group.setAttribute("role", "button");
  group.setAttribute("tabindex", i === 0 ? "0" : "-1");
  group.classList.toggle("leaf", node.rule === null && data.live);
  return { group, value, gradient, told: value?.text.textContent, state: "" };
});
const edges = [];
nodes.forEach((node, i) =>
  node.inputs.forEach((input, position) => {
    const group = svg?.querySelector(`#e${i}_${position}`);
    if (!group) return;
    group.querySelector("title")?.remove();
    const event = backward.findIndex((e) => e.node === i);
    const flow = event < 0 ? -1 : backward[event].flows.findIndex((f) => f.position === position);
    edges.push({ group, node: i, position, parent: typeof input === "object" ? null : input, event, flow, text: group.querySelector("text") });
  }),
);
// The head of an arrow that runs the other way, for the backward pass.
if (svg) {
  const draw = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const head = { id: "backwards", viewBox: "0 0 10 10", refX: "9", refY: "5", markerWidth: "4", markerHeight: "4", orient: "auto-start-reverse" };
  svg.append(draw("defs", {}, draw("marker", head, draw("path", { d: "M0 0L10 5L0 10z" }))));
}
svg?.querySelectorAll(".node").forEach((group) => {
  if (/^n\d+c\d+$/.test(group.id)) group.classList.add("number"), group.querySelector("title")?.remove();
});
svg?.querySelectorAll("a").forEach((link) => link.removeAttributeNS("http://www.w3.org/1999/xlink", "title"));
svg?.querySelectorAll("#canvas .graph > title").forEach((title) => title.remove());


function describeNode(i) {
  const node = nodes[i];
  const made = node.made ? ` = ${node.made}` : ", a leaf";
  const value = valueOf(i);
  const gradient = gradientOf(i);
  return `${node.name}${made}; value ${written(value)}; gradient ${gradient === null ? "not computed yet" : written(gradient)}; ${STATES[stateOf(i)]}`;
}

// What of a large drawing can be seen where it is scrolled to: while a leaf is dragged, only that is there to be painted.
let seen = null;
function inView() {
  if (seen || nodes.length < 100) return seen;
  const frame = byId("canvas").getBoundingClientRect();
  const visible = ({ group }) => {
    const box = group.getBoundingClientRect();
    return box.right > frame.left && box.left < frame.right && box.bottom > frame.top && box.top < frame.bottom;
  };
  const all = [...drawn.filter(Boolean), ...edges];
  seen = new Set(all.filter(visible));
  all.forEach((part) => seen.has(part) || part.group.setAttribute("display", "none"));
  return seen;
}
function allInView() {
  if (!seen) return;
  seen = null;
  svg.querySelectorAll("[display=none]").forEach((group) => group.removeAttribute("display"));
}

function paint(only = null) {
  const now = current();
  const short = (x) => (typeof x === "string" ? x : written(x, 4));
  drawn.forEach((shape, i) => {
    if (!shape || (only && !only.has(shape))) return;
    const state = `s-${stateOf(i)}${i === now ? " s-current" : ""}`;
    if (state !== shape.state) {
      shape.group.classList.remove(...shape.state.split(" ").filter(Boolean));
      shape.group.classList.add(...state.split(" "));
      shape.state = state;
    }
    if (scalar) {
      put(shape.value, short(valueOf(i)));
      put(shape.gradient, short(gradientOf(i)));
    } else {
      // "(2, 2), norm 5": the drawing has the shape in a line of its own.
      const gradient = gradientOf(i) ?? "–";
      put(shape.value, knownAt[i] <= step ? shape.told : "–");
      put(shape.gradient, gradient.replace(/^\(.*\), /, ""));
    }
    const label = describeNode(i);
    if (shape.group.getAttribute("aria-label") !== label) shape.group.setAttribute("aria-label", label);
  });
  squeeze();
  for (const edge of edges) {
    if (only && !only.has(edge)) continue;
    const active = edge.node === now && (step <= F || edge.flow >= 0);
    edge.group.classList.toggle("e-active", active);
    edge.group.classList.toggle("e-back", active && step > F);
    edge.group.classList.toggle("e-waiting", knownAt[edge.node] > step);
    if (scalar && edge.text && edge.flow >= 0) {
      const flow = pass.events[edge.event].flows[edge.flow];
      // In the backward pass the contribution travels along the edge, in place of the local derivative it is made of.
      const text = knownAt[edge.node] > step ? "" : active && step > F ? `← ${written(flow.contribution, 4)}` : written(flow.local, 4);
      if (edge.text.textContent !== text) edge.text.textContent = text;
    }
  }
}

// ---- the panel -----------------------------------------------------------------------------------------------------

const MOST_FLOWS = 40;

function inputLine(i) {
  const parts = nodes[i].inputs
    .map((x) => (typeof x === "object" ? null : x))
    .filter((x, k, all) => x !== null && all.indexOf(x) === k)
    .slice(0, MOST_FLOWS)
    .flatMap((x) => [el("br"), `${nodes[x].name} = `, numeral(pass.values[x])])
    .slice(1);
  return el("p", { className: "note" }, ...parts);
}

// The entries of a small array, in rows.
function grid(rows) {
  return el("table", { className: "entries" }, ...rows.map((cells) => el("tr", {}, ...cells.map((text) => el("td", {}, text)))));
}
function grids(...parts) {
  return el("div", { className: "grids" }, ...parts.map((part) => (typeof part === "string" ? part : grid(part))));
}
const entriesOf = (i) => (nodes[i].entries ? [grids(`${nodes[i].name} =`, nodes[i].entries)] : []);

function row(term, ...content) {
  return [el("dt", {}, term), el("dd", {}, ...content)];
}

function flowBlock(event, k, j) {
  const flow = event.flows[j];
  const name = nodes[flow.parent].name;
  const before = arrivals[flow.parent].findLast(([, ek, ej]) => ek < k || (ek === k && ej < j));
  const already = before ? pass.events[before[1]].flows[before[2]].total : null;
  const list = el("dl");
  if (scalar) {
    list.append(
      ...row("local derivative", flow.formula === written(flow.local) ? "" : `${flow.formula} = `, numeral(flow.local)),
      ...row("upstream × local", numeral(event.upstream), ` × ${bracketed(written(flow.local))} = `, el("span", { className: "result" }, numeral(flow.contribution))),
      ...row("running sum", already === null ? "" : `${written(already)} + ${bracketed(written(flow.contribution))} = `, el("span", { className: "result" }, numeral(flow.total))),
    );
  } else {
    list.append(
      ...row("contribution", `${flow.formula}`),
      ...row("", el("span", { className: "result" }, written(flow.contribution))),
      ...row("running sum", already === null ? written(flow.total) : `${written(already)} before; now ${written(flow.total)}`),
    );
    if (flow.entries) {
      const sum = before && pass.events[before[1]].flows[before[2]].sum;
      list.append(...row("entries", already === null ? grids(flow.entries) : grids(sum, "+", flow.entries, "=", flow.sum)));
    }
  }
  return el("div", { className: "flow" }, el("h4", {}, `to ${name}`), list);
}

// The heading, the content and the spoken sentence of this step.
function telling() {
  if (step === 0) {
    const text = "The leaves hold their values; nothing is computed yet. Step forward to compute the graph node by node.";
    return ["Start", [el("p", {}, text)], text];
  }
  if (step <= F) {
    const i = forward[step - 1];
    const node = nodes[i];
    const formula = el("p", { className: "formula" }, `${node.name} = ${node.made} = `, el("b", {}, numeral(pass.values[i])));
    const notes = node.doc ? [el("p", { className: "note" }, `The rule book: ${node.ruleName}, ${node.doc}.`)] : [];
    if (node.frozen !== null) notes.push(el("p", { className: "note" }, `Its condition was recorded as ${node.frozen}, and stays so when a leaf is changed.`));
    return [
      `Forward, step ${step} of ${F}`,
      [formula, inputLine(i), ...nodes[i].inputs.filter((x, k, all) => typeof x === "number" && all.indexOf(x) === k).flatMap(entriesOf), ...entriesOf(i), ...notes],
      `${node.name} = ${node.made} = ${written(pass.values[i])}`,
    ];
  }
  const k = step - F - 1;
  const event = pass.events[k];
  const i = event.node;
  const node = nodes[i];
  const content = [el("p", { className: "formula" }, `${partial(i)} = `, el("b", {}, numeral(event.upstream)))];
  const spoken = [`${partial(i)} = ${written(event.upstream)}`];
  if (event.entries) content.push(grids(event.entries));
  if (i === output) {
    const why = scalar ? "The pass starts here: the output changes by exactly its own change." : "The pass starts here.";
    content.push(el("p", { className: "note" }, why));
  }
  if (!event.flows.length) {
    const change = scalar ? ` Changing ${node.name} by a small h changes ${nodes[output].name} by about ${bracketed(written(event.upstream, 4))} · h.` : "";
    content.push(el("p", {}, `${node.name} is a leaf: its gradient is complete.${change}`));
    spoken.push("a leaf; its gradient is complete");
  } else {
    content.push(el("p", { className: "note" }, `Complete. ${node.name} = ${node.made} hands it on:`));
    event.flows.slice(0, MOST_FLOWS).forEach((flow, j) => {
      content.push(flowBlock(event, k, j));
      spoken.push(`${nodes[flow.parent].name} receives ${written(flow.contribution)} and has ${written(flow.total)}`);
    });
    if (event.flows.length > MOST_FLOWS) content.push(el("p", { className: "note" }, `… and ${event.flows.length - MOST_FLOWS} more inputs.`));
    if (node.kink) content.push(el("p", { className: "note" }, `Where there is no derivative, the rule book chooses: ${node.kink}.`));
  }
  return [`Backward, step ${k + 1} of ${backward.length}`, content, spoken.join("; ")];
}

// ---- the table of all nodes ----------------------------------------------------------------------------------------

const cells = nodes.map((node, i) => {
  const value = el("td");
  const gradient = el("td");
  const jump = el("button", { type: "button", title: "Go to the step of this node" }, node.name);
  jump.addEventListener("click", () => visit(i));
  const line = el("tr", {}, el("td", {}, jump), el("td", {}, node.made ?? "leaf"), value, gradient);
  line.dataset.node = String(i);
  byId("rows").append(line);
  return { line, value, gradient };
});

function tabulate() {
  if (!byId("all").open) return;
  const now = current();
  cells.forEach(({ line, value, gradient }, i) => {
    value.replaceChildren(numeral(valueOf(i)));
    gradient.replaceChildren(numeral(gradientOf(i)));
    line.classList.toggle("s-current", i === now);
  });
}
byId("all").addEventListener("toggle", tabulate);

function show(speak = true, only = null) {
  const [heading, content, spoken] = telling();
  byId("phase").textContent = heading;
  byId("detail").replaceChildren(...content);
  paint(only);
  if (!only) tabulate();
  if (speak) byId("live").textContent = `${heading}. ${spoken}`;
}
