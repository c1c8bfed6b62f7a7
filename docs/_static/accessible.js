// What the theme leaves out for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  // Code that is wider than its box is scrolled by the arrow keys.
  for (const box of document.querySelectorAll("pre, math[display=block], .table-wrapper")) box.tabIndex = 0;
  // The page of what was searched for has no title.
  const article = document.querySelector("article");
  if (article && !article.querySelector("h1")) article.insertAdjacentHTML("afterbegin", "<h1>Search</h1>");
  // Code in a column, and a name as a heading, break after what parts their words.
  for (const code of document.querySelectorAll("td code, th code, h1, h2, h3")) {
    const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    for (const text of found) {
      const parts = text.data.split(/(?<=[_(=])(?=[^_(=\s])|(?<=[./:-])(?=[a-z])/i);
      text.replaceWith(...parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part])));
    }
  }
  // An option is one word.
  for (const code of document.querySelectorAll("code")) {
    if (/^--[\w-]+$/.test(code.textContent)) code.style.whiteSpace = "nowrap";
  }
  // Two asides need two names.
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");
});
