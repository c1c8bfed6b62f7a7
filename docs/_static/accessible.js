// What the theme leaves out for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  // Code that is wider than its box is scrolled by the arrow keys.
  for (const box of document.querySelectorAll("pre, math[display=block], .table-wrapper")) box.tabIndex = 0;
  // The page of what was searched for has no title.
  const article = document.querySelector("article");
  if (article && !article.querySelector("h1")) article.insertAdjacentHTML("afterbegin", "<h1>Search</h1>");
  // Two asides need two names.
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");
});
