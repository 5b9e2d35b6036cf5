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
