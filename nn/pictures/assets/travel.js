"use strict";
// A recorded fit: parameters and ∂L/∂output at each step are the engine's; what is between them is computed here.

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const unpacked = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const [allParameters, allSlopes] = [unpacked(data.parameters), unpacked(data.slopes)];
const { layers, steps, losses, x: samples, classes } = data;
const outputs = layers.at(-1).out;
let at = 0;
let chosen = { layer: 0, from: 0, to: 0 };
let asCards = false;
let passing = false; // whether one sample's pass is open, which one's, and how far it has gone
let sample = 0;
let stage = 0;

// Each activation, and its slope by its output.
const functions = {
  identity: [(z) => z, () => 1],
  relu: [(z) => Math.max(z, 0), (y) => (y > 0 ? 1 : 0)],
  tanh: [Math.tanh, (y) => 1 - y * y],
  sigmoid: [(z) => 1 / (1 + Math.exp(-z)), (y) => y * (1 - y)],
};
const parametersAt = (k) => allParameters.subarray(k * data.count, (k + 1) * data.count);
const weight = (p, l, i, j) => p[layers[l].weight + i * layers[l].out + j];

// What every layer gives, the input first.
function forward(p, point) {
  const given = [point];
  for (const layer of layers) {
    const [f] = functions[layer.activation];
    const before = given.at(-1);
    given.push(
      Array.from({ length: layer.out }, (_, j) => {
        let z = layer.bias === null ? 0 : p[layer.bias + j];
        for (let i = 0; i < layer.in; i++) z += before[i] * p[layer.weight + i * layer.out + j];
        return f(z);
      }),
    );
  }
  return given;
}

// δ of every layer for one sample: ∂L/∂(its weighted sums), from the engine's ∂L/∂output downwards.
function backward(p, given, k, n) {
  let upstream = Array.from({ length: outputs }, (_, j) => allSlopes[(k * samples.length + n) * outputs + j]);
  const deltas = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    const slope = functions[layers[l].activation][1];
    const delta = upstream.map((g, j) => g * slope(given[l + 1][j]));
    deltas.unshift(delta);
    upstream = Array.from({ length: layers[l].in }, (_, i) => delta.reduce((t, d, j) => t + d * weight(p, l, i, j), 0));
  }
  return deltas;
}

// One sample's pass at this step: what comes in, the sums and what every layer gives; what arrives from above, and δ.
function passOf(k, n) {
  const p = parametersAt(k);
  const given = forward(p, samples[n]);
  const deltas = backward(p, given, k, n);
  const sums = layers.map((layer, l) => Array.from({ length: layer.out }, (_, j) => given[l].reduce((t, x, i) => t + x * weight(p, l, i, j), layer.bias === null ? 0 : p[layer.bias + j])));
  const arrives = layers.map((layer, l) =>
    Array.from({ length: layer.out }, (_, j) => (l === layers.length - 1 ? allSlopes[(k * samples.length + n) * outputs + j] : deltas[l + 1].reduce((t, d, to) => t + d * weight(p, l + 1, j, to), 0))),
  );
  return { given, sums, arrives, deltas };
}

// What each sample adds to the gradient of one weight: what comes in times δ.
function contributions(k, { layer, from, to }) {
  const p = parametersAt(k);
  return samples.map((point, n) => {
    const given = forward(p, point);
    return given[layer][from] * backward(p, given, k, n)[layer][to];
  });
}

const written = (x, digits = 4) => (x === 0 ? "0" : String(Number(x.toPrecision(digits))).replaceAll("-", "−"));
const score = (out) => (out.length === 1 ? out[0] : out.length === 2 ? out[1] - out[0] : null);
const colours = ["#5e3c99", "#e66101", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

// ---- the plane -----------------------------------------------------------------------------------------------------

const CELLS = 40;
const range = (axis) => {
  const all = samples.map((point) => point[axis]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = 0.12 * Math.max(high - low, 1e-9);
  return [low - room, high + room];
};
const [across, up] = [range(0), range(1)];

function paintPlane(marked = null) {
  const canvas = byId("plane");
  const pen = canvas.getContext("2d");
  const size = canvas.width;
  const cell = size / CELLS;
  const p = parametersAt(at);
  const fields = [];
  for (let r = 0; r < CELLS; r++)
    for (let c = 0; c < CELLS; c++) {
      const point = [across[0] + ((c + 0.5) / CELLS) * (across[1] - across[0]), up[1] - ((r + 0.5) / CELLS) * (up[1] - up[0])];
      fields.push(forward(p, point).at(-1));
    }
  const reach = Math.max(1e-9, ...fields.map((out) => Math.abs(score(out) ?? 0))) || 1;
  fields.forEach((out, n) => {
    const s = score(out);
    const colour = s === null ? colours[out.indexOf(Math.max(...out)) % colours.length] : s > 0 ? "#e66101" : "#5e3c99";
    pen.globalAlpha = 1;
    pen.fillStyle = "#ffffff";
    pen.fillRect((n % CELLS) * cell, Math.floor(n / CELLS) * cell, cell + 1, cell + 1);
    pen.globalAlpha = s === null ? 0.35 : 0.12 + 0.55 * Math.min(1, Math.abs(s) / reach);
    pen.fillStyle = colour;
    pen.fillRect((n % CELLS) * cell, Math.floor(n / CELLS) * cell, cell + 1, cell + 1);
  });
  pen.globalAlpha = 1;
  samples.forEach(([a, b], n) => {
    const [px, py] = [((a - across[0]) / (across[1] - across[0])) * size, ((up[1] - b) / (up[1] - up[0])) * size];
    pen.beginPath();
    if (classes[n] % 2) pen.arc(px, py, 4.5, 0, 7);
    else pen.rect(px - 4, py - 4, 8, 8);
    pen.fillStyle = colours[classes[n] % colours.length];
    pen.fill();
    pen.lineWidth = marked?.has(n) ? 3 : 1;
    pen.strokeStyle = marked?.has(n) ? "#000000" : "#ffffff";
    pen.stroke();
  });
}

// ---- the network ---------------------------------------------------------------------------------------------------

const sizes = [layers[0].in, ...layers.map((layer) => layer.out)];
const HEIGHT = Math.max(180, 34 * Math.max(...sizes));
const WIDTH = 150 * sizes.length;
const place = (column, i) => [75 + 150 * column, ((i + 0.5) / sizes[column]) * HEIGHT];
const same = (a, b) => a.layer === b.layer && a.from === b.from && a.to === b.to;

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const edges = [];
function buildNetwork() {
  const root = svg("svg", { viewBox: `0 -12 ${WIDTH} ${HEIGHT + 12}`, role: "group", "aria-label": "Neurons and weights" });
  layers.forEach((layer, l) => {
    for (let i = 0; i < layer.in; i++)
      for (let j = 0; j < layer.out; j++) {
        const [[x1, y1], [x2, y2]] = [place(l, i), place(l + 1, j)];
        const line = { x1, y1, x2, y2 };
        const seen = svg("line", { ...line, class: "seen" });
        const group = svg("g", { class: "edge", tabindex: edges.length ? "-1" : "0", role: "button", "aria-label": `Weight of layer ${l + 1}, from ${i + 1} to ${j + 1}` }, svg("line", { ...line, class: "hit" }), seen);
        const edge = { layer: l, from: i, to: j, group, seen };
        const choose = () => ((chosen = { layer: l, from: i, to: j }), show());
        group.addEventListener("click", choose);
        group.addEventListener("keydown", (event) => {
          const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (event.key === "Enter") choose();
          else if (move && edges[edges.indexOf(edge) + move]) edges[edges.indexOf(edge) + move].group.focus();
          else return;
          event.preventDefault();
          event.stopPropagation();
        });
        edges.push(edge);
        root.append(group);
      }
  });
  sizes.forEach((count, column) => {
    for (let i = 0; i < count; i++) {
      const [cx, cy] = place(column, i);
      root.append(svg("circle", { cx, cy, r: 10, class: "neuron", fill: "var(--card)" }));
    }
  });
  byId("net").replaceChildren(root);
}

// The numbers of the pass at the neurons, as far as it has gone.
function paintNumbers() {
  const root = byId("net").querySelector("svg");
  root.querySelectorAll(".number").forEach((text) => text.remove());
  const neurons = [...root.querySelectorAll(".neuron")];
  const { given, deltas } = passOf(at, sample);
  const now = stage <= layers.length ? stage : 2 * layers.length + 1 - stage;
  sizes.forEach((count, column) => {
    for (let i = 0; i < count; i++) {
      const [x, y] = place(column, i);
      neurons.shift().classList.toggle("now", passing && column === now);
      if (!passing || column > stage) continue;
      const back = column > 0 && 2 * layers.length + 1 - stage <= column;
      root.append(svg("text", { x, y: y - 13, class: back ? "number delta" : "number" }, back ? `δ ${written(deltas[column - 1][i], 3)}` : written(given[column][i], 3)));
    }
  });
}

function tellStage() {
  byId("pass").hidden = !passing;
  byId("weight").hidden = passing;
  byId("open").setAttribute("aria-pressed", String(passing));
  if (!passing) return;
  byId("sample").value = String(sample + 1);
  byId("before").disabled = stage === 0;
  byId("after").disabled = stage === 2 * layers.length;
  const { given, sums, arrives, deltas } = passOf(at, sample);
  const table = (head, rows) => el("table", "", el("tr", "", ...head.map((text) => el("th", text))), ...rows.map((cells) => el("tr", "", ...cells.map((x) => el("td", typeof x === "string" ? x : written(x))))));
  const note = (text) => Object.assign(el("p", text), { className: "note" });
  let told;
  if (stage === 0) told = [el("p", `Step ${steps[at]}, sample ${sample + 1}, class ${classes[sample]}: what goes in.`), table(["input", "value"], given[0].map((x, i) => [`x${i + 1}`, x]))];
  else if (stage <= layers.length) {
    const l = stage - 1;
    told = [el("p", `Forward, layer ${l + 1}: the weighted sum of what comes in, then ${layers[l].activation}.`), table(["neuron", "sum z", "gives"], given[stage].map((y, j) => [`${j + 1}`, sums[l][j], y]))];
  } else {
    const l = 2 * layers.length - stage;
    const from = l === layers.length - 1 ? "∂L/∂output, from the loss" : `what arrives from layer ${l + 2}, Σ w δ`;
    told = [
      el("p", `Backward, layer ${l + 1}: ${from}, times the slope of ${layers[l].activation}, is δ = ∂L/∂z.`),
      table(["neuron", "arrives", "slope", "δ"], deltas[l].map((d, j) => [`${j + 1}`, arrives[l][j], functions[layers[l].activation][1](given[l + 1][j]), d])),
      note(`Each weight of layer ${l + 1} gets from this sample what comes in times δ, each bias δ.`),
      table(["∂L/∂w", ...deltas[l].map((_, j) => `neuron ${j + 1}`)], given[l].map((x, i) => [`w${i + 1}`, ...deltas[l].map((d) => x * d)])),
    ];
  }
  byId("stage").replaceChildren(...told);
}

function buildCards() {
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} 130`, role: "img", "aria-label": "The layers as cards" });
  const p = parametersAt(at);
  layers.forEach((layer, l) => {
    const all = Array.from({ length: layer.in * layer.out }, (_, n) => Math.abs(p[layer.weight + n]));
    const told = [`layer ${l + 1}: ${layer.in} → ${layer.out}`, layer.activation, `${layer.in * layer.out + (layer.bias === null ? 0 : layer.out)} parameters`, `|w| up to ${written(Math.max(...all), 3)}`];
    root.append(svg("rect", { x: 20 + 150 * l, y: 20, width: 130, height: 90, rx: 8, fill: "var(--card)", stroke: "var(--ink)" }));
    told.forEach((text, k) => root.append(svg("text", { x: 85 + 150 * l, y: 42 + 18 * k, "text-anchor": "middle" }, text)));
  });
  byId("net").replaceChildren(root);
}

function paintNetwork() {
  if (asCards) return buildCards();
  const p = parametersAt(at);
  const largest = Math.max(1e-9, ...edges.map(({ layer, from, to }) => Math.abs(weight(p, layer, from, to))));
  for (const edge of edges) {
    const w = weight(p, edge.layer, edge.from, edge.to);
    edge.seen.setAttribute("stroke", w < 0 ? "var(--minus)" : "var(--plus)");
    edge.seen.setAttribute("stroke-width", String(0.4 + (3.6 * Math.abs(w)) / largest));
    if (w < 0) edge.seen.setAttribute("stroke-dasharray", "6 3");
    else edge.seen.removeAttribute("stroke-dasharray");
    edge.group.classList.toggle("chosen", same(edge, chosen));
  }
  paintNumbers();
}

// ---- the loss, and the chosen weight -------------------------------------------------------------------------------

function paintLoss() {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const x = (k) => 40 + (k / Math.max(1, losses.length - 1)) * 340;
  const y = (loss) => 110 - ((loss - low) / (high - low || 1)) * 95;
  const line = svg("polyline", { points: losses.map((loss, k) => `${x(k)},${y(loss)}`).join(" "), fill: "none", stroke: "var(--accent)", "stroke-width": 2 });
  const root = svg("svg", { viewBox: "0 0 400 130", role: "img", "aria-label": `The loss falls from ${written(losses[0])} to ${written(losses.at(-1))}` }, line);
  root.append(svg("line", { x1: x(at), x2: x(at), y1: 10, y2: 112, stroke: "var(--ink)", "stroke-dasharray": "3 3" }), svg("circle", { cx: x(at), cy: y(losses[at]), r: 4, fill: "var(--ink)" }));
  root.append(svg("text", { x: 2, y: 18 }, written(high, 3)), svg("text", { x: 2, y: 112 }, written(low, 3)), svg("text", { x: 40, y: 127 }, `step ${steps[0]}`), svg("text", { x: 380, y: 127, "text-anchor": "end" }, `${steps.at(-1)}`));
  byId("loss").replaceChildren(root);
}

function el(tag, text, ...children) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

function tellWeight() {
  const { layer: l, from, to } = chosen;
  const p = parametersAt(at);
  const all = contributions(at, chosen);
  const total = all.reduce((a, b) => a + b, 0);
  const order = all.map((_, n) => n).sort((a, b) => Math.abs(all[b]) - Math.abs(all[a]));
  const most = order.slice(0, 6);
  const told = [el("p", `layer ${l + 1}, neuron ${to + 1}, w${from + 1} = ${written(weight(p, l, from, to))}; ∂L/∂w = ${written(total)}, the sum over ${samples.length} samples of what came in times δ.`)];
  const rows = most.map((n) => {
    const given = forward(p, samples[n]);
    const deltas = backward(p, given, at, n);
    // δ of this neuron is its slope times the sum over the paths that leave it.
    const ways = l + 1 < layers.length ? deltas[l + 1].map((d, k) => [k, d * weight(p, l + 1, to, k)]).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])) : [];
    const way = ways.length ? `neuron ${ways[0][0] + 1} of layer ${l + 2} (${written(ways[0][1], 3)})` : "the output";
    return el("tr", "", ...[`${n + 1}`, written(given[l][from], 3), written(deltas[l][to], 3), written(all[n], 3), way].map((text) => el("td", text)));
  });
  const head = el("tr", "", ...["sample", "comes in", "δ", "moves it by", "most of δ by way of"].map((text) => el("th", text)));
  told.push(el("table", "", head, ...rows), Object.assign(el("p", "The samples of the table have a black rim in the plane."), { className: "note" }));
  byId("told").replaceChildren(...told);
  return new Set(most);
}

// ---- steps ---------------------------------------------------------------------------------------------------------

function show() {
  byId("scrubber").value = String(at);
  byId("now").textContent = `step ${steps[at]}, loss ${written(losses[at])}`;
  const most = tellWeight();
  paintPlane(passing ? new Set([sample]) : most);
  paintNetwork();
  tellStage();
  paintLoss();
}
let address = null;
function goTo(k) {
  at = Math.max(0, Math.min(steps.length - 1, k));
  show();
  clearTimeout(address);
  address = setTimeout(() => {
    try {
      history.replaceState(null, "", `#step=${steps[at]}${passing ? `&sample=${sample + 1}&stage=${stage}` : ""}`);
    } catch {
      // A page within a page has no address of its own.
    }
  }, 250);
}
let timer = null;
function play(on) {
  if (on && at === steps.length - 1) goTo(0);
  clearInterval(timer);
  timer = on ? setInterval(() => (at === steps.length - 1 ? play(false) : goTo(at + 1)), 60) : null;
  byId("play").textContent = on ? "Pause" : "Play";
}
byId("scrubber").max = String(steps.length - 1);
byId("scrubber").addEventListener("input", () => (play(false), goTo(Number(byId("scrubber").value))));
byId("play").addEventListener("click", () => play(timer === null));
byId("back").addEventListener("click", () => (play(false), goTo(at - 1)));
byId("forward").addEventListener("click", () => (play(false), goTo(at + 1)));
byId("cards").addEventListener("click", () => {
  asCards = !asCards;
  byId("cards").setAttribute("aria-pressed", String(asCards));
  byId("cards").textContent = asCards ? "Open the neurons" : "As cards";
  if (!asCards) edges.length = 0;
  if (!asCards) buildNetwork();
  show();
});
function openPass(on, n = sample, k = stage) {
  passing = on;
  sample = Math.max(0, Math.min(samples.length - 1, n || 0));
  stage = Math.max(0, Math.min(2 * layers.length, k || 0));
  if (on && asCards) byId("cards").click();
  goTo(at);
}
byId("open").addEventListener("click", () => (play(false), openPass(!passing)));
byId("before").addEventListener("click", () => openPass(true, sample, stage - 1));
byId("after").addEventListener("click", () => openPass(true, sample, stage + 1));
byId("sample").max = String(samples.length);
byId("sample").addEventListener("input", () => byId("sample").value !== "" && openPass(true, Number(byId("sample").value) - 1));
// A click on the plane takes the nearest sample.
byId("plane").addEventListener("click", (event) => {
  const box = byId("plane").getBoundingClientRect();
  const a = across[0] + ((event.clientX - box.left) / box.width) * (across[1] - across[0]);
  const b = up[1] - ((event.clientY - box.top) / box.height) * (up[1] - up[0]);
  const far = ([x, y]) => ((x - a) / (across[1] - across[0])) ** 2 + ((y - b) / (up[1] - up[0])) ** 2;
  openPass(true, samples.reduce((best, point, n) => (far(point) < far(samples[best]) ? n : best), 0));
});
document.addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT" || event.altKey || event.ctrlKey || event.metaKey) return;
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (move) event.preventDefault(), play(false), goTo(at + move);
});

buildNetwork();
const linked = new URLSearchParams(location.hash.slice(1));
goTo(Math.max(0, steps.indexOf(Number(linked.get("step")))));
if (linked.has("sample")) openPass(true, Number(linked.get("sample")) - 1, Number(linked.get("stage")));

// In a notebook that lets the page play, the still picture beside it is not needed.
const still = window.frameElement?.nextElementSibling;
if (still?.tagName === "IMG") still.style.display = "none";
