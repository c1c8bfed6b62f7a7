// What the theme leaves out for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  // Code that is wider than its box is scrolled by the arrow keys.
  for (const box of document.querySelectorAll("pre, math[display=block], .table-wrapper")) box.tabIndex = 0;
  // The page of what was searched for has no title.
  const article = document.querySelector("article");
  if (article && !article.querySelector("h1")) article.insertAdjacentHTML("afterbegin", "<h1>Search</h1>");
  // Names and paths break after what parts their words: in columns and headings, and where they are long.
  const split = (element, pattern, between) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) if (!texts.currentNode.parentElement.closest("math, svg")) found.push(texts.currentNode);
    for (const text of found) {
      const parts = text.data.split(pattern);
      if (parts.length > 1) text.replaceWith(...parts.flatMap(between));
    }
  };
  const after = /(?<=\w{3}[_(=])(?=[^_(=)\s]{2})|(?<=\w{3}[./:-])(?=[a-z])/i;
  const long = [...document.querySelectorAll("code")].filter(
    (code) => !code.closest("td, th, h1, h2, h3") && /\S{25}/.test(code.textContent),
  );
  for (const element of [...document.querySelectorAll("article :is(td, th, h1, h2, h3)"), ...long]) {
    split(element, after, (part, i) => (i ? [document.createElement("wbr"), part] : [part]));
  }
  // A signature breaks before a parameter.
  for (const parameter of document.querySelectorAll("dt.sig .sig-param")) parameter.before(document.createElement("wbr"));
  // An option is one word, and so is a number with its unit.
  for (const code of document.querySelectorAll("code, .highlight-sh pre, .highlight-console pre")) {
    split(code, /((?<![\w-])--[\w-]+)/, (part, i) => {
      if (i % 2 === 0) return [part];
      const whole = document.createElement("span");
      whole.style.whiteSpace = "nowrap";
      whole.textContent = part;
      return [whole];
    });
  }
  for (const cell of document.querySelectorAll("td")) {
    if (/^[\d.,]+ [^\s\d]{1,2}$/.test(cell.textContent.trim())) cell.style.whiteSpace = "nowrap";
  }
  // A table that is scrolled anyway need not be narrow.
  for (const table of document.querySelectorAll(".table-wrapper > table")) {
    if (table.offsetWidth <= table.parentElement.clientWidth) continue;
    for (const cell of table.querySelectorAll("td")) if (cell.textContent.length > 60) cell.style.minWidth = "13rem";
  }
  // A page in a fold is loaded when it is opened: before, it has no size to be drawn in.
  for (const frame of document.querySelectorAll("details iframe[data-src]")) {
    frame.closest("details").addEventListener("toggle", () => { frame.src ||= frame.dataset.src; });
  }
  // Two asides need two names.
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");
});
