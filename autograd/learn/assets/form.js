// The expression and a field for each of its names; what is understood is played below, in a page of its own.

const byId = (id) => document.getElementById(id);
const start = JSON.parse(byId("start").textContent);
const inner = JSON.parse(byId("inner").textContent);
const values = { ...start.values };
let waiting = null;
// A link to a typed expression: #e=a*b&a=2&b=3, and with &predict each step asks for its numbers first.
const linked = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));

function fields(names) {
  const shown = [...byId("values").querySelectorAll("input")].map((field) => field.name);
  if (shown.join() === names.join()) return;
  byId("values").replaceChildren(
    ...names.map((name) => {
      values[name] ??= 1;
      const field = Object.assign(document.createElement("input"), { type: "number", step: "any", name, value: String(values[name]) });
      field.addEventListener("input", () => {
        if (field.value !== "" && Number.isFinite(Number(field.value))) values[name] = Number(field.value);
        later();
      });
      const label = document.createElement("label");
      label.append(`${name} = `, field);
      return label;
    }),
  );
}

function read() {
  const text = byId("expression").value;
  try {
    const names = namesIn(parsed(text));
    fields(names);
    const data = Object.assign(described(text, values), { predict: linked.has("predict") });
    const json = JSON.stringify(data).replaceAll("<", "\\u003c");
    const parts = { DRAWING: drawing(data.nodes), GRAPH: json };
    byId("play").srcdoc = inner.replace(/@@(DRAWING|GRAPH)@@/g, (_, part) => parts[part]);
    byId("error").textContent = "";
    const state = [["e", text], ...names.map((name) => [name, values[name]])];
    const address = state.map(([key, x]) => `${encodeURIComponent(key)}=${encodeURIComponent(x)}`).join("&");
    history.replaceState(null, "", `#${address}${data.predict ? "&predict" : ""}`);
  } catch (error) {
    if (error instanceof Refused) byId("error").textContent = error.message;
    else if (error.name !== "SecurityError") throw error;
  }
}
function later() {
  clearTimeout(waiting);
  waiting = setTimeout(read, 300);
}
byId("expression").addEventListener("input", later);
byId("form").addEventListener("submit", (event) => (event.preventDefault(), read()));

// The step page's keys work before anything was clicked in it.
document.addEventListener("keydown", (event) => {
  const page = byId("play").contentWindow;
  if (event.target !== document.body || !["ArrowLeft", "ArrowRight", "Home", "End", " "].includes(event.key)) return;
  event.preventDefault();
  page.focus();
  page.document.body.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true }));
});

if (linked.has("e")) byId("expression").value = linked.get("e");
for (const [name, text] of linked) if (name !== "e" || linked.getAll("e").length > 1) if (text !== "" && Number.isFinite(Number(text))) values[name] = Number(text);
read();
