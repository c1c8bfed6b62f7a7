// Predict, then reveal: each step asks for its numbers first. A wrong one is told which rule was missed.

let predicting = false;
const score = { asked: 0, right: 0 };

function predict(on) {
  predicting = on;
  byId("predict").setAttribute("aria-pressed", String(on));
  if (on) play(false);
  show(false);
}
byId("predict").addEventListener("click", () => predict(!predicting));

// The next step; where one predicts, its questions first.
function ahead() {
  play(false);
  const questions = predicting && scalar && step < lastStep ? questionsOf(step + 1) : [];
  if (questions.length) ask(step + 1, questions);
  else goTo(step + 1);
}

function questionsOf(k) {
  if (k <= F) {
    const i = forward[k - 1];
    return [{ text: `${nodes[i].name} = ${nodes[i].made} =`, right: pass.values[i], why: () => "Put the numbers of its inputs in." }];
  }
  const event = pass.events[k - F - 1];
  const node = nodes[event.node];
  if (event.flows.length)
    return event.flows.map((flow, j) => ({
      text: `what ${node.name} = ${node.made} hands to ${nodes[flow.parent].name}:`,
      right: flow.contribution,
      why: (given) => missed(given, event, j),
      edge: edges.find((edge) => edge.node === event.node && edge.position === flow.position),
    }));
  const shares = arrivals[event.node];
  if (shares.length < 2) return [];
  const parts = shares.map(([, e, j]) => pass.events[e].flows[j].contribution);
  return [{ text: `${partial(event.node)} =`, right: event.upstream, why: (given) => (parts.some((part) => near(given, part)) ? "That is the share of one use alone: the shares of all uses add up." : "Add up what came by each edge.") }];
}

const near = (a, b) => Math.abs(a - b) <= 0.005 * Math.max(1, Math.abs(b));

// Which rule gives this number in place of the right one.
function missed(given, event, j) {
  const flow = event.flows[j];
  const node = nodes[event.node];
  const own = pass.values[flow.parent];
  const before = arrivals[flow.parent].findLast(([, e, p]) => pass.events[e].flows[p] === flow) && flow.total;
  if (near(given, -flow.contribution)) return "The size is right, and the sign is not.";
  if (near(given, flow.local)) return `That is the local derivative: it is still to be multiplied by the gradient from above, ${written(event.upstream)}.`;
  if (node.ruleName === "multiply" && near(given, event.upstream * own)) return "The derivative of x · y for x is y, the other factor.";
  if (near(given, event.upstream)) return `That is the gradient from above: the local derivative, ${flow.formula}, is still missing.`;
  if (near(given, before)) return "That is the sum so far: asked is what this edge alone brings.";
  return `Multiply the gradient from above, ${written(event.upstream)}, by the local derivative, ${flow.formula}.`;
}

function ask(k, questions) {
  const told = questions.map(() => el("p", { className: "note missed" }));
  const fields = questions.map(({ text }) => el("input", { type: "text", inputMode: "decimal", autocomplete: "off", "aria-label": text }));
  const first = questions.map(() => true);
  const check = el("button", { type: "submit" }, "Check");
  const reveal = el("button", { type: "button" }, "Reveal");
  const lines = questions.flatMap(({ text }, q) => [el("label", { className: "question" }, text, " ", fields[q]), told[q]]);
  const given = k > F ? [el("p", { className: "formula" }, `${partial(pass.events[k - F - 1].node)} = `, el("b", {}, numeral(gradientOf(pass.events[k - F - 1].node) ?? pass.events[k - F - 1].upstream)))] : [];
  const isSum = k > F && !pass.events[k - F - 1].flows.length;
  const form = el("form", { id: "questions" }, ...(isSum ? [] : given), ...lines, check, " ", reveal);
  const done = (right) => {
    score.asked += questions.length;
    score.right += right;
    goTo(k);
    byId("detail").append(el("p", { className: "note" }, `Right at the first try: ${score.right} of ${score.asked}.`));
    byId("forward").focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    let open = 0;
    questions.forEach(({ right, why, edge }, q) => {
      const number = Number(fields[q].value.trim().replace(",", ".").replaceAll("−", "-") || NaN);
      const good = near(number, right) || (Number.isNaN(right) && /^nan$/i.test(fields[q].value.trim()));
      told[q].textContent = good ? "Right." : Number.isNaN(number) ? "A number is asked for." : why(number);
      edge?.group.classList.toggle("e-active", !good);
      if (!good) {
        open++;
        first[q] = false;
      }
    });
    if (!open) done(first.filter(Boolean).length);
    else byId("live").textContent = told.map((line) => line.textContent).join(" ");
  });
  reveal.addEventListener("click", () => done(0));
  byId("phase").textContent = k <= F ? `Predict: forward, step ${k} of ${F}` : `Predict: backward, step ${k - F} of ${backward.length}`;
  byId("detail").replaceChildren(form);
  fields[0].focus();
}

if (data.predict || new URLSearchParams(location.hash.slice(1)).has("predict")) predict(true);
