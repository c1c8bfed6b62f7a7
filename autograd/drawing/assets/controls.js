// Moving through the steps, changing leaves, looking closer.

// ---- stepping ------------------------------------------------------------------------------------------------------

const scrubber = byId("scrubber");
scrubber.max = String(lastStep);
byId("pass-forward").style.flex = String(Math.max(F, 0.01));
byId("pass-backward").style.flex = String(Math.max(backward.length, 0.01));

function goTo(k, speak = true) {
  settle();
  step = Math.max(0, Math.min(lastStep, k));
  scrubber.value = String(step);
  byId("first").disabled = byId("back").disabled = step === 0;
  byId("last").disabled = byId("forward").disabled = step === lastStep;
  show(speak);
  scrubber.setAttribute("aria-valuetext", byId("phase").textContent);
  tellGradients();
  follow();
  keepInAddress();
  // What the page around this one asked for it is not told: by then it may be somewhere else.
  if (speak && window.parent !== window) window.parent.postMessage({ step }, "*");
}

// The step at which a node is the current one, in the pass that is on.
function visit(i) {
  if (step > F && doneAt[i] < Infinity) goTo(doneAt[i]);
  else if (knownAt[i] > 0) goTo(knownAt[i]);
  else if (sliders.has(i)) sliders.get(i).range.focus();
}

let timer = null;
function play(on) {
  if (on && step === lastStep) goTo(0);
  clearInterval(timer);
  timer = on ? setInterval(tick, 1100 / Number(byId("speed").value)) : null;
  byId("play").textContent = on ? "Pause" : "Play";
  byId("play").setAttribute("aria-label", on ? "Pause" : "Play");
}
function tick() {
  goTo(step + 1);
  if (step === lastStep) play(false);
}
const stop = (move) => () => (play(false), goTo(move()));
byId("first").addEventListener("click", stop(() => 0));
byId("back").addEventListener("click", stop(() => step - 1));
byId("forward").addEventListener("click", () => ahead());
byId("last").addEventListener("click", stop(() => lastStep));
byId("play").addEventListener("click", () => play(timer === null));
byId("speed").addEventListener("change", () => timer !== null && play(true));
scrubber.addEventListener("input", () => (play(false), goTo(Number(scrubber.value))));

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  const onButton = event.target.tagName === "BUTTON" || event.target.tagName === "SUMMARY";
  const moves = { ArrowLeft: () => step - 1, Home: () => 0, End: () => lastStep };
  if (inField) return; // a slider's arrows are its own; the scrubber's step too
  if (event.key === "ArrowRight") {
    event.preventDefault();
    ahead();
  } else if (moves[event.key]) {
    event.preventDefault();
    stop(moves[event.key])();
  } else if (event.key === " " && !onButton) {
    event.preventDefault();
    play(timer === null);
  } else if (event.target.closest?.("#canvas")) {
    walk(event);
  }
});

// Up and down go from node to node within the drawing, Enter to the node's step.
function walk(event) {
  const shapes = drawn.filter(Boolean);
  const at = shapes.findIndex(({ group }) => group === event.target);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (event.key === "Enter" && at >= 0) visit(drawn.indexOf(shapes[at]));
  else if (next === undefined || !shapes[next]) return;
  else {
    shapes.forEach(({ group }) => group.setAttribute("tabindex", "-1"));
    shapes[next].group.setAttribute("tabindex", "0");
    shapes[next].group.focus();
  }
  event.preventDefault();
}

// ---- changing leaves -----------------------------------------------------------------------------------------------

const leafValues = new Map();
const sliders = new Map();

// In a large drawing what is out of sight follows when the drag ends, or a slider rests.
let rest = null;
let dragging = false;
function settle() {
  clearTimeout(rest);
  if (!seen) return;
  allInView();
  show(false);
}
function change(i, value, from = null) {
  if (!Number.isFinite(value)) return;
  leafValues.set(i, value);
  pass = computed(leafValues);
  byId("reset").hidden = false;
  refresh(from);
  const slope = gradientOf(i);
  const known = valueOf(output) === null ? "" : `; ${nodes[output].name} = ${written(pass.values[output])}`;
  byId("live").textContent = `${nodes[i].name} = ${written(value)}${known}${slope === null ? "" : `; ${partial(i)} = ${written(slope)}`}`;
}

function refresh(from = null) {
  const only = inView();
  show(false, only);
  clearTimeout(rest);
  if (only && !dragging) rest = setTimeout(settle, 300);
  for (const [i, { range, field, outcome }] of sliders) {
    const value = pass.values[i];
    if (range !== from) {
      range.min = String(Math.min(Number(range.min), value));
      range.max = String(Math.max(Number(range.max), value));
      range.value = String(value);
    }
    if (field !== from) field.value = String(Number(value.toPrecision(6)));
  }
  tellGradients();
  keepInAddress();
}

// Beside each leaf its gradient, and above them the result, as soon as the pass has found them: not before.
function tellGradients() {
  for (const [i, { outcome }] of sliders) {
    const slope = gradientOf(i);
    const text = slope !== null ? `${partial(i)} = ` : doneAt[i] === Infinity ? "constant" : `${partial(i)}: not yet`;
    outcome.replaceChildren(text, ...(slope === null ? [] : [numeral(slope), doneAt[i] > step ? " so far" : ""]));
  }
  const result = document.getElementById("result");
  if (result) result.replaceChildren(`${nodes[output].name} = `, numeral(valueOf(output)));
}

// ---- the address: #step=7&a=-1 -------------------------------------------------------------------------------------

let addressed = null;
function keepInAddress() {
  clearTimeout(addressed);
  addressed = setTimeout(() => {
    const parts = [`step=${step}`, ...(predicting ? ["predict"] : []), ...[...leafValues].map(([i, x]) => `${encodeURIComponent(nodes[i].name)}=${x}`)];
    try {
      history.replaceState(null, "", `#${parts.join("&")}`);
    } catch {
      // A page within a page has no address of its own.
    }
  }, 250);
}
function goToAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  for (const [i] of editable ? sliders : []) {
    const value = Number(wanted.get(nodes[i].name) ?? NaN);
    if (nodes[i].name !== "step" && Number.isFinite(value)) change(i, value);
  }
  const k = Number(wanted.get("step") ?? 0);
  goTo(Number.isInteger(k) ? k : 0, false);
}
addEventListener("hashchange", goToAddress);

function addSlider(i) {
  const value = start.values[i];
  if (!Number.isFinite(value)) return;
  const reach = Math.max(1, 2 * Math.abs(value));
  const { name } = nodes[i];
  const limits = { min: String(value - reach), max: String(value + reach), step: "any", value: String(value) };
  const range = el("input", { type: "range", ...limits, "aria-label": `Value of ${name}` });
  const field = el("input", { type: "number", step: "any", value: String(Number(value.toPrecision(6))), "aria-label": `Value of ${name}, as a number` });
  const outcome = el("span", { className: "gradient" });
  range.addEventListener("input", () => change(i, Number(range.value), range));
  field.addEventListener("input", () => field.value !== "" && change(i, Number(field.value), field));
  const line = el("div", { className: "slider" }, el("span", { className: "name", title: name }, name), range, field, outcome);
  line.dataset.node = String(i);
  const point = (on) => () => drawn[i]?.group.classList.toggle("s-pointed", on);
  for (const kind of ["pointerenter", "focusin"]) line.addEventListener(kind, point(true));
  for (const kind of ["pointerleave", "focusout"]) line.addEventListener(kind, point(false));
  byId("sliders").append(line);
  sliders.set(i, { range, field, outcome });
}

// A condition that Python decided is a number in the graph, which does not say what it was decided by.
function frozen() {
  const names = nodes.filter((node) => node.frozen !== null).map((node) => node.name);
  if (!names.length) return "";
  return ` But the condition of ${names.join(", ")} was recorded as ${names.length > 1 ? "they were" : "it was"}, and stays so: a condition such as ag.greater(a, 0), in place of a > 0, is computed again too.`;
}

const MOST_SLIDERS = 60;
const editable = data.live && agrees();
if (editable) {
  const byName = (i, j) => nodes[j].labelled - nodes[i].labelled || nodes[i].name.localeCompare(nodes[j].name, "en", { numeric: true });
  const leaves = nodes.map((_, i) => i).filter((i) => nodes[i].rule === null).sort(byName);
  leaves.slice(0, MOST_SLIDERS).forEach(addSlider);
  const rest = leaves.length > MOST_SLIDERS ? ` (The first ${MOST_SLIDERS} of ${leaves.length} are listed; drag the others in the graph.)` : "";
  byId("leaves-note").textContent = `Drag a leaf in the graph, or use these: everything is computed again, forward and backward, by the rule book’s formulas.${rest}${frozen()}`;
  byId("sliders").before(el("p", { id: "result", className: "formula" }));
  refresh();
} else {
  byId("leaves-note").textContent = data.live ? "This browser’s arithmetic does not reproduce the engine’s numbers, so the values stay as they are." : data.why;
}
byId("reset").addEventListener("click", () => {
  leafValues.clear();
  pass = start;
  byId("reset").hidden = true;
  refresh();
  byId("live").textContent = "The first values are back.";
  byId("scrubber").focus();
});

// Dragging a leaf sideways in the drawing; a click without a drag goes to the node's step or its slider.
drawn.forEach((shape, i) => {
  if (!shape) return;
  let from = null;
  shape.group.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, value: pass.values[i], moved: false };
    if (editable && nodes[i].rule === null) shape.group.setPointerCapture(event.pointerId);
  });
  shape.group.addEventListener("pointermove", (event) => {
    if (!from || !editable || nodes[i].rule !== null) return;
    const shift = event.clientX - from.x;
    if (!from.moved && Math.abs(shift) < 4) return;
    from.moved = dragging = true;
    const reach = Math.max(1, 2 * Math.abs(start.values[i]));
    change(i, Number((from.value + (shift / 150) * reach).toPrecision(4)));
  });
  const end = (goes) => () => {
    if (goes && from && !from.moved) visit(i);
    from = null;
    dragging = false;
    settle();
  };
  shape.group.addEventListener("pointerup", end(true));
  shape.group.addEventListener("pointercancel", end(false));
});

// ---- hovering ------------------------------------------------------------------------------------------------------

const tip = byId("tip");
function hover(group, text) {
  group.addEventListener("pointerenter", (event) => {
    tip.textContent = text();
    tip.hidden = false;
    place(event);
  });
  group.addEventListener("pointermove", place);
  group.addEventListener("pointerleave", () => (tip.hidden = true));
}
function place(event) {
  if (event.buttons) return void (tip.hidden = true); // it would be in the way of a drag
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 6))}px`;
  tip.style.top = `${event.clientY + 20 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18}px`;
}
drawn.forEach((shape, i) => {
  const { name, made, doc, kink } = nodes[i];
  const lines = () => [
    made ? `${name} = ${made} = ${written(valueOf(i))}` : `${name} = ${written(valueOf(i))}, a leaf`,
    gradientOf(i) === null ? null : `${partial(i)} = ${written(gradientOf(i))}${doneAt[i] <= step ? "" : " so far"}`,
    doc ? `rule: ${doc}` : null,
    kink ? `no derivative at ${kink}` : null,
  ];
  if (shape) hover(shape.group, () => lines().filter(Boolean).join("\n"));
});
for (const { group, node, parent, event, flow } of edges) {
  if (flow < 0 || parent === null) continue;
  const { formula } = backward[event].flows[flow];
  hover(group, () => {
    const { local, contribution } = pass.events[event].flows[flow];
    if (!scalar) return `gradient to ${nodes[parent].name}: ${formula}\n${contribution}`;
    const value = formula === written(local) ? "" : ` = ${written(local)}`;
    return `local derivative ${nodes[node].name} → ${nodes[parent].name}: ${formula}${value}`;
  });
}

// ---- size and theme ------------------------------------------------------------------------------------------------

const canvas = byId("canvas");
const natural = svg ? { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height } : { width: 1, height: 1 };
let zoom = 1;
function resize(factor) {
  settle();
  zoom = Math.max(0.1, Math.min(4, factor));
  svg?.setAttribute("width", `${natural.width * zoom}px`);
  svg?.setAttribute("height", `${natural.height * zoom}px`);
}
// All of it where that stays readable; otherwise readable, and the view follows the current node.
function fitted() {
  const whole = Math.min((canvas.clientWidth - 24) / natural.width, (canvas.clientHeight - 24) / natural.height);
  return Math.max(0.75, Math.min(1.6, whole));
}
function follow() {
  const shape = current() === null ? null : drawn[current()];
  if (!shape) return;
  const frame = canvas.getBoundingClientRect();
  // With the edges of this step and the nodes at their ends, where all of that has room.
  const around = edges.filter(({ node }) => node === current()).map(({ parent }) => drawn[parent]?.group).filter(Boolean);
  let box = union([shape.group, ...around]);
  if (box.width > frame.width - 40 || box.height > frame.height - 40) box = union([shape.group]);
  const left = box.left - frame.left;
  const top = box.top - frame.top;
  if (left < 20 || left + box.width > frame.width - 20) canvas.scrollLeft += left - (frame.width - box.width) / 2;
  if (top < 20 || top + box.height > frame.height - 20) canvas.scrollTop += top - (frame.height - box.height) / 2;
}
function union(groups) {
  const boxes = groups.map((group) => group.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.max(...boxes.map((box) => box.right)) - left;
  return { left, top, width, height: Math.max(...boxes.map((box) => box.bottom)) - top };
}
let whole = false;
byId("smaller").addEventListener("click", () => resize(zoom / 1.25));
byId("larger").addEventListener("click", () => resize(zoom * 1.25));
byId("fit").addEventListener("click", () => {
  whole = !whole;
  const all = Math.min((canvas.clientWidth - 24) / natural.width, (canvas.clientHeight - 24) / natural.height);
  resize(whole ? all : fitted());
  follow();
});
canvas.addEventListener("scroll", settle);
addEventListener("resize", () => (resize(fitted()), follow()));

const root = document.documentElement;
function theme(dark) {
  root.dataset.theme = dark ? "dark" : "light";
  root.style.colorScheme = dark ? "dark" : "light";
  byId("theme").textContent = dark ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", dark ? "Switch to light colours" : "Switch to dark colours");
}
const night = matchMedia("(prefers-color-scheme: dark)");
theme(night.matches);
night.addEventListener("change", () => theme(night.matches));
byId("theme").addEventListener("click", () => theme(root.dataset.theme !== "dark"));

// In a notebook that lets the page play, the still picture beside it is not needed.
const still = window.frameElement?.nextElementSibling;
if (still?.tagName === "IMG") still.style.display = "none"; // stronger than slides' own styles

byId("type").addEventListener("click", () => {
  const large = root.classList.toggle("large");
  byId("type").setAttribute("aria-pressed", String(large));
  resize(fitted() * (large ? 1.4 : 1));
  follow();
});

// On paper all of it is there.
addEventListener("beforeprint", () => {
  byId("all").open = true;
  tabulate();
});

// Within a page that shows two of these, one cursor moves both.
if (window.parent !== window)
  addEventListener("message", (event) => {
    if (event.source !== window.parent) return;
    const { step: k, light } = event.data ?? {};
    if (Number.isInteger(k) && k !== step) play(false), goTo(k, false);
    drawn.forEach((shape, i) => shape?.group.classList.toggle("s-differs", i === light));
  });

resize(fitted());
goToAddress();
