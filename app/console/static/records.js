"use strict";
// The key of the search works outside the queue too.
const searchField = document.querySelector("[data-search]");

if (searchField && location.hash === "#search") searchField.focus();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
  // The key, wherever a layout puts its sign: on the Russian one it types a full stop.
  if (event.code !== "Slash" || event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  if (searchField) searchField.focus();
  else location.assign("/console/journal#search");
});
