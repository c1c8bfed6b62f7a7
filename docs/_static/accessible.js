// What the theme leaves out for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  // Code that is wider than its box is scrolled by the arrow keys.
  for (const box of document.querySelectorAll("pre, math[display=block], .table-wrapper")) box.tabIndex = 0;
  // Two asides need two names.
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");
});
