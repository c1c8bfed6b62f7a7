"use strict";
// One cursor for two pages: a step in either moves both, to the steps that belong together.

const byId = (id) => document.getElementById(id);
const { pairs, first } = JSON.parse(byId("data").textContent);
const frames = [byId("left"), byId("right")];
let at = 0;

function goTo(k) {
  at = Math.max(0, Math.min(pairs.length - 1, k));
  byId("cursor").value = String(at);
  frames.forEach((frame, f) => {
    const light = first && at >= first.cursor ? first.nodes[f] : null;
    frame.contentWindow.postMessage({ step: pairs[at][f], light }, "*");
  });
  byId("first").textContent = first === null ? "Not one number differs." : at >= first.cursor ? `The first number that differs is ${first.told}.` : "";
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
for (; still?.tagName === "IMG"; still = still.nextElementSibling) still.hidden = true;
