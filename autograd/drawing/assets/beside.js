"use strict";
// One cursor for two pages: a step in either moves both, to the steps that belong together.

const byId = (id) => document.getElementById(id);
const { pairs, common, leaf, first } = JSON.parse(byId("data").textContent);
const frames = [byId("left"), byId("right")];
let at = 0;

function told(reached) {
  if (!common) return "No number of the one is one of the other’s, by its name or its place: nothing is compared.";
  if (!first && !leaf) return `Not one of the ${common.toLocaleString("en")} numbers that both have differs.`;
  if (!reached) return "";
  return reached === leaf ? `The first leaf that differs is ${leaf.told}.` : `The first number that differs is ${first.told}.`;
}
function goTo(k) {
  at = Math.max(0, Math.min(pairs.length - 1, k));
  byId("cursor").value = String(at);
  const reached = first && at >= first.cursor ? first : leaf;
  frames.forEach((frame, f) => frame.contentWindow.postMessage({ step: pairs[at][f], light: reached && reached.nodes[f] }, "*"));
  byId("first").textContent = told(reached);
  byId("first").classList.toggle("differs", Boolean(reached));
}
addEventListener("message", (event) => {
  const f = frames.findIndex((frame) => frame.contentWindow === event.source);
  const step = event.data?.step;
  if (f < 0 || !Number.isInteger(step) || pairs[at][f] === step) return;
  const ahead = pairs.findIndex((pair) => pair[f] === step);
  if (ahead >= 0) goTo(ahead);
});
byId("cursor").max = String(pairs.length - 1);
byId("cursor").addEventListener("input", () => goTo(Number(byId("cursor").value)));
byId("back").addEventListener("click", () => goTo(at - 1));
byId("forward").addEventListener("click", () => goTo(at + 1));
byId("go").hidden = first === null;
byId("go").addEventListener("click", () => goTo(first.cursor));
document.addEventListener("keydown", (event) => {
  const move = event.target.tagName === "INPUT" ? 0 : { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (move) event.preventDefault(), goTo(at + move);
});
goTo(0);

// In a notebook that lets the page play, the still pictures beside it are not needed.
let still = window.frameElement?.nextElementSibling;
for (; still?.tagName === "IMG"; still = still.nextElementSibling) still.style.display = "none";
