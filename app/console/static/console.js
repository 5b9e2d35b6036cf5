"use strict";
// Everything here is comfort: the console works without it. Pages mark their parts with data-* attributes.

// Whatever was typed into a field with data-keep survives a reload in this tab, until its form is sent.
for (const field of document.querySelectorAll("[data-keep]")) {
  const key = "kept:" + location.pathname + ":" + field.dataset.keep;
  const kept = sessionStorage.getItem(key);
  if (kept && !field.value) field.value = kept;
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  if (field.form) field.form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

// What somebody typed does not wait for the next person at this computer.
for (const form of document.querySelectorAll('form[action*="/sign-out"]')) {
  form.addEventListener("submit", () => sessionStorage.clear());
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// `/` leads to the search, from every page; keys are told by their place, so a Russian layout changes nothing.
function search() {
  const field = document.querySelector("[data-search]");
  if (field) field.focus();
  else if (document.querySelector('.sections a[href="/console/journal"]')) location.assign("/console/journal#search");
}
if (location.hash === "#search") search();
document.addEventListener("keydown", (event) => {
  if (event.code !== "Slash" || event.key === "?" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  event.preventDefault();
  search();
});
