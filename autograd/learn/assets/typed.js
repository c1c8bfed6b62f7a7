// An expression in Python's grammar, read in the browser: its graph as the data that the step-through page plays, and a
// drawing of it. `table` comes before this file: what the rule book says of each function that may be called.

const SIGNS = { "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power" };
const COMPARISONS = { "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal" };
const LONGEST = 10000;
const DEEPEST = 200;
const MOST = 500;

const RESERVED = ["if", "else", "lambda", "and", "or", "not", "in", "is", "for", "import", "None", "True", "False"];

class Refused extends Error {}
const refuse = (text) => {
  throw new Refused(text);
};

function* tokens(text) {
  const pattern = /\s*(?:((?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\*\*|<=|>=|==|!=|[-+*\/<>(),;=]))/uy;
  while (pattern.lastIndex < text.trimEnd().length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found) {
      const rest = text.slice(from).trim();
      refuse(rest[0] === "^" ? "write ** for a power" : `${JSON.stringify(rest.slice(0, 20))}: allowed are numbers, names, + - * / **, comparisons, and functions such as tanh`);
    }
    if (found[1] !== undefined) yield { number: Number(found[1].replaceAll("_", "")), text: found[1] };
    else if (found[2] !== undefined) yield { name: found[2], text: found[2] };
    else yield { sign: found[3], text: found[3] };
  }
}

// A tree of {number}, {name} and {rule, operands}; precedence is Python's.
function parsed(text) {
  if (text.length > LONGEST) refuse(`the expression has ${text.length} characters; at most ${LONGEST} are read`);
  const all = [...tokens(text)];
  let at = 0;
  let depth = 0;
  const sign = (...signs) => (signs.includes(all[at]?.sign) ? all[at++].sign : null);
  const word = (name) => (all[at]?.name === name ? ++at : 0);
  const expect = (wanted) => sign(wanted) ?? refuse(`${wanted} is missing ${all[at] ? `before ${JSON.stringify(all[at].text)}` : "at the end"}`);
  const apply = (rule, ...operands) => ({ rule, operands });

  function expression() {
    if (++depth > DEEPEST) refuse(`the expression is nested more than ${DEEPEST} deep`);
    const chosen = comparison();
    let result = chosen;
    if (word("if")) {
      const condition = comparison();
      if (!word("else")) refuse("else is missing: a if condition else b");
      result = apply("where", condition, chosen, expression());
    }
    depth--;
    return result;
  }
  function comparison() {
    const left = sum();
    const compared = sign(...Object.keys(COMPARISONS));
    if (!compared) return left;
    const right = sum();
    if (sign(...Object.keys(COMPARISONS))) refuse("one comparison at a time");
    return apply(COMPARISONS[compared], left, right);
  }
  function sum() {
    let left = product();
    for (let s; (s = sign("+", "-")); ) left = apply(SIGNS[s], left, product());
    return left;
  }
  function product() {
    let left = unary();
    for (let s; (s = sign("*", "/")); ) left = apply(SIGNS[s], left, unary());
    return left;
  }
  function unary() {
    if (++depth > DEEPEST) refuse(`the expression is nested more than ${DEEPEST} deep`);
    const s = sign("-", "+");
    const inner = s ? unary() : power();
    depth--;
    if (s !== "-") return inner;
    return inner.number === undefined ? apply("negative", inner) : { number: -inner.number };
  }
  function power() {
    const base = atom();
    return sign("**") ? apply("power", base, unary()) : base;
  }
  function atom() {
    const token = all[at++] ?? refuse("the expression ends too early");
    if (token.number !== undefined) return Number.isFinite(token.number) ? token : refuse(`${token.text}: a number beyond every float`);
    if (token.sign === "(") {
      const inner = expression();
      expect(")");
      return inner;
    }
    if (token.name === undefined) refuse(`${JSON.stringify(token.text)} is not expected here`);
    if (sign("(")) return call(token.name);
    if (RESERVED.includes(token.name)) refuse(`${token.name}: not allowed here`);
    if (named.has(token.name)) return named.get(token.name);
    return token.name in table.constants ? { number: table.constants[token.name] } : { name: token.name };
  }
  function call(name) {
    const values = [];
    while (!sign(")")) {
      if (values.length) expect(",");
      values.push(expression());
    }
    const takes = (words) => refuse(`${name} takes ${words}`);
    if (name === "sum" || name === "logsumexp") {
      if (!values.length) takes("one number or more");
      return values.reduce((a, b) => apply(name === "sum" ? "add" : "logaddexp", a, b));
    }
    if (name === "clip") return values.length === 3 ? apply("minimum", apply("maximum", values[0], values[1]), values[2]) : takes("a number, the lowest and the highest");
    if (name === "leaky_relu") {
      if (values.length !== 1) takes("a number");
      return apply("where", apply("greater", values[0], { number: 0 }), values[0], apply("multiply", values[0], { number: 0.01 }));
    }
    const rule = table.names[name] ?? name;
    const found = Object.hasOwn(table.rules, rule) ? table.rules[rule] : refuse(`there is no function ${name}; there are ${table.functions.join(", ")}`);
    if (values.length !== found.arity) takes(`${found.arity} number${found.arity > 1 ? "s" : ""}`);
    return apply(rule, ...values);
  }

  // Names for parts, in front: c = a*b; c*c + c. A part is one tree, however often it is used.
  const named = new Map();
  const used = () => all.slice(0, at).some((token, i) => token.name === all[at].name && all[i + 1]?.sign !== "(");
  while (all.some(({ sign }, i) => i >= at && sign === ";")) {
    const name = all[at]?.name;
    if (name === undefined || all[at + 1]?.sign !== "=" || RESERVED.includes(name)) refuse("in front of a semicolon stands a name for a part: c = a*b; c*c");
    if (used()) refuse(`${name} has a value already`);
    at += 2;
    const part = expression();
    if (namesIn(part).includes(name)) refuse(`${name} has a value already`);
    expect(";");
    named.set(name, part.rule === undefined || part.let ? part : Object.assign(part, { let: name }));
  }
  const tree = expression();
  if (at < all.length) refuse(`${JSON.stringify(all[at].text)} is not expected here`);
  return tree;
}

function namesIn(tree, seen = new Set(), lets = null) {
  if (tree.name !== undefined) return [tree.name];
  if (seen.has(tree)) return [];
  seen.add(tree);
  if (tree.let) lets?.push(tree.let);
  return [...new Set((tree.operands ?? []).flatMap((part) => namesIn(part, seen, lets)))];
}

const signed = (text) => text.replaceAll("-", "−");
const asOperand = (x) => (x < 0 ? `(${signed(String(x))})` : String(x));

// The page's data: every node with what made it, and the order in which gradients are handed on.
function described(text, values) {
  const tree = parsed(text);
  const nodes = [];
  const places = new Map();
  const numbered = { count: 0 };
  const lets = [];
  const known = new Set(namesIn(tree, new Set(), lets));
  lets.forEach((name) => known.add(name));
  const leaf = (name) => {
    if (!places.has(name)) {
      if (!Number.isFinite(values[name])) refuse(`give ${name} a value`);
      places.set(name, nodes.push({ name, labelled: true, rule: null, frozen: null, value: values[name], inputs: [], needs: true }) - 1);
    }
    return places.get(name);
  };
  const place = (part) => {
    if (part.number !== undefined) return { value: part.number };
    if (part.name !== undefined) return leaf(part.name);
    if (!places.has(part)) places.set(part, made(part)); // one that is used twice is one node
    return places.get(part);
  };
  const made = (part) => {
    const inputs = part.operands.map(place);
    const rule = table.rules[part.rule];
    if (nodes.length >= MOST) refuse(`the expression makes more than ${MOST} steps`);
    const shown = inputs.map((x) => (typeof x === "object" ? asOperand(x.value) : nodes[x].name));
    let name = part.let;
    while (!name || (!part.let && known.has(name))) name = "v" + ++numbered.count;
    const fill = (template) => template?.replace(/⟦(\w)⟧/g, (_, key) => (key === "y" ? name : shown[Number(key)]));
    const needs = inputs.some((x, i) => typeof x === "number" && nodes[x].needs && rule.formulas[i] !== null);
    const constant = inputs.findIndex((x) => typeof x === "object");
    const inside = inputs.length === 2 && constant >= 0 ? asOperand(inputs[constant].value) : null;
    const title = inside === null ? rule.symbol : /^.$|^\W$/u.test(rule.symbol) ? (constant ? `${rule.symbol} ${inside}` : `${inside} ${rule.symbol}`) : constant ? `${rule.symbol}(·, ${inside})` : `${rule.symbol}(${inside}, ·)`;
    return (
      nodes.push({
        name, labelled: Boolean(part.let), rule: rule.index, frozen: null, value: null, inputs, needs, title, inside,
        ruleName: part.rule, made: fill(rule.made), doc: rule.doc, kink: rule.kink, formulas: rule.formulas.map((f) => (f === null ? null : fill(f))),
      }) - 1
    );
  };
  let last = place(tree);
  if (typeof last === "object" || nodes[last].rule === null) last = place({ rule: "add", operands: [tree, { number: 0 }] });
  const output = nodes[last];
  const old = output.name;
  if (!known.has("L") && !output.labelled) {
    output.name = "L";
    output.formulas = output.formulas.map((f) => f && f.replaceAll(old, "L"));
  }
  const reached = new Set(output.needs ? [last] : []);
  const backward = [];
  for (let i = last; i >= 0; i--) {
    if (!reached.has(i)) continue;
    const flows = [];
    nodes[i].inputs.forEach((parent, position) => {
      if (typeof parent !== "number" || !nodes[parent].needs || nodes[i].formulas[position] === null) return;
      reached.add(parent);
      flows.push({ position, parent, formula: nodes[i].formulas[position], local: null, contribution: null, total: null });
    });
    backward.push({ node: i, upstream: i === last ? 1 : null, flows });
  }
  const forward = nodes.map((_, i) => i).filter((i) => nodes[i].rule !== null);
  return { kind: "scalar", live: true, typed: true, why: "", nodes, forward, backward };
}

// ---- the drawing: layers from left to right, crossings lessened by means of neighbours' places ----------------------

function layout(nodes) {
  const layer = nodes.map(() => 0);
  nodes.forEach((node, i) => node.inputs.forEach((x) => typeof x === "number" && (layer[i] = Math.max(layer[i], layer[x] + 1))));
  nodes.forEach((node, i) => {
    const uses = nodes.flatMap((other, j) => (other.inputs.includes(i) ? [layer[j]] : []));
    if (node.rule === null && uses.length) layer[i] = Math.min(...uses) - 1;
  });
  // Long edges go by way of a point in each layer between.
  const points = nodes.map((_, i) => ({ layer: layer[i], height: 58, near: [] }));
  const edges = [];
  nodes.forEach((node, i) =>
    node.inputs.forEach((x, position) => {
      if (typeof x !== "number") return;
      const way = [x];
      for (let k = layer[x] + 1; k < layer[i]; k++) way.push(points.push({ layer: k, height: 18, near: [] }) - 1);
      way.push(i);
      way.slice(1).forEach((b, k) => (points[b].near.push(way[k]), points[way[k]].near.push(b)));
      edges.push({ node: i, position, way });
    }),
  );
  const layers = [];
  points.forEach((point, i) => (layers[point.layer] ??= []).push(i));
  layers.forEach((members) => members.forEach((i, k) => (points[i].y = k * 70)));
  for (let sweep = 0; sweep < 24; sweep++) {
    const order = sweep % 2 ? [...layers].reverse() : layers;
    for (const members of order) {
      const wish = new Map(members.map((i) => [i, points[i].near.length ? points[i].near.reduce((t, j) => t + points[j].y, 0) / points[i].near.length : points[i].y]));
      members.sort((a, b) => wish.get(a) - wish.get(b));
      let below = -Infinity;
      for (const i of members) {
        points[i].y = Math.max(wish.get(i), below + points[i].height / 2 + 10);
        below = points[i].y + points[i].height / 2;
      }
      const shift = members.reduce((t, i) => t + points[i].y - wish.get(i), 0) / members.length;
      for (const i of members) points[i].y -= shift;
    }
  }
  return { points, edges, layers };
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

function drawing(nodes) {
  const { points, edges, layers } = layout(nodes);
  const lines = nodes.map((node) => [[node.name, node.title].filter(Boolean).join("  "), "–", node.needs ? "grad –" : "no gradient"]);
  const widths = lines.map((texts) => Math.max(112, ...texts.map((text) => 18 + 7.2 * [...text].length)));
  let x = 10;
  layers.forEach((members) => {
    const width = Math.max(20, ...members.filter((i) => i < nodes.length).map((i) => widths[i]));
    for (const i of members) points[i].x = x + width / 2;
    x += width + 120; // room for what comes back along an edge
  });
  const top = Math.min(...points.map((p) => p.y - p.height / 2)) - 16;
  const height = Math.max(...points.map((p) => p.y + p.height / 2)) + 16 - top;
  const parts = [];
  for (const { node, position, way } of edges) {
    const twins = nodes[node].inputs.filter((x) => x === way[0]).length > 1 ? (position ? 9 : -9) : 0;
    const stops = way.map((i, k) => ({ x: points[i].x + (k === 0 ? widths[i] / 2 : k === way.length - 1 ? -widths[i] / 2 - 8 : 0), y: points[i].y - top + twins }));
    const curve = stops.slice(1).map((to, k) => {
      const bend = (to.x - stops[k].x) / 2;
      return `C${stops[k].x + bend},${stops[k].y} ${to.x - bend},${to.y} ${to.x},${to.y}`;
    });
    const end = stops.at(-1);
    const last = stops.at(-2);
    const text = `<text text-anchor="middle" font-size="12" x="${(last.x + end.x) / 2}" y="${(last.y + end.y) / 2 - 5}"></text>`;
    parts.push(
      `<g id="e${node}_${position}" class="edge"><path fill="none" stroke="black" d="M${stops[0].x},${stops[0].y}${curve.join("")}"/>` +
        `<polygon points="${end.x},${end.y - 4} ${end.x + 8},${end.y} ${end.x},${end.y + 4}"/>${text}</g>`,
    );
  }
  nodes.forEach((node, i) => {
    const { x: cx, y } = points[i];
    const texts = lines[i].map((text, k) => `<text text-anchor="middle" font-size="13" x="${cx}" y="${y - top - 13 + 17 * k}">${escaped(text)}</text>`);
    const round = node.rule === null ? 0 : 10;
    // A path, as Graphviz draws boxes, so that the page's styles hold.
    const [l, r, t, b] = [cx - widths[i] / 2, cx + widths[i] / 2, y - top - 29, y - top + 29];
    const d = round
      ? `M${l + round},${t}H${r - round}Q${r},${t} ${r},${t + round}V${b - round}Q${r},${b} ${r - round},${b}H${l + round}Q${l},${b} ${l},${b - round}V${t + round}Q${l},${t} ${l + round},${t}Z`
      : `M${l},${t}H${r}V${b}H${l}Z`;
    parts.push(`<g id="n${i}" class="node"><path fill="white" stroke="black" d="${d}"/>${texts.join("")}</g>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${x}" height="${height}" viewBox="0 0 ${x} ${height}"><g class="graph">${parts.join("")}</g></svg>`;
}
