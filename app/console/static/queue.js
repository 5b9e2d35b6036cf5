"use strict";
// The queue by keyboard. Keys are told by their place on the keyboard, so a Russian layout changes nothing.
(() => {
  const GUARD_MS = 350;

  // A second touch that was meant for the last question must not answer this one.
  for (const form of document.querySelectorAll("[data-guard]")) {
    const buttons = form.querySelectorAll("button[name=verdict]");
    for (const button of buttons) button.disabled = true;
    window.setTimeout(() => { for (const button of buttons) button.disabled = false; }, GUARD_MS);
  }

  for (const bar of document.querySelectorAll(".undo[data-seconds]")) {
    const end = performance.now() + Number(bar.dataset.seconds) * 1000;
    const count = bar.querySelector("[data-count]");
    const timer = window.setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (left > 0) { count.textContent = String(left); return; }
      window.clearInterval(timer);
      bar.remove();
    }, 250);
  }

  // The first telling word of a long text is seen without looking for it.
  const long = document.querySelector(".words.long");
  const telling = long && long.querySelector("mark");
  if (telling) long.scrollTop = telling.offsetTop - long.offsetTop - long.clientHeight / 3;

  for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
  for (const all of document.querySelectorAll("[data-all]")) {
    all.addEventListener("change", () => {
      for (const one of all.form.querySelectorAll("input[name=case]:not(:disabled)")) one.checked = all.checked;
    });
  }

  const dialog = document.querySelector("dialog.keys");
  const rows = [...document.querySelectorAll("[data-row]")];
  let at = -1;

  function pick(next) {
    if (!rows.length) return;
    if (rows[at]) rows[at].classList.remove("picked");
    at = Math.min(Math.max(next, 0), rows.length - 1);
    rows[at].classList.add("picked");
    rows[at].querySelector("a").focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  }

  function press(element) {
    if (!element || element.disabled) return;
    if (element.type === "checkbox") {
      element.click();
      element.focus();
      return;
    }
    if (element.tagName === "SUMMARY") {
      const details = element.parentElement;
      details.open = true;
      const field = details.querySelector("textarea");
      if (field) field.focus();
      return;
    }
    element.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (dialog && dialog.open) return;
    if (event.target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) dialog && dialog.showModal();
    else if (event.shiftKey) return;
    else if (digit) press(document.querySelector(`[data-digit="${digit[1]}"]`));
    else if (rows.length && event.code === "KeyJ") pick(at + 1);
    else if (rows.length && event.code === "KeyK") pick(at - 1);
    else if (rows.length && event.code === "KeyX" && rows[at]) press(rows[at].querySelector("input[type=checkbox]"));
    else if (rows.length && event.code === "KeyO" && rows[at]) rows[at].querySelector("a").click();
    else {
      const element = document.querySelector(`[data-key="${event.code}"]`);
      if (!element) return;
      press(element);
    }
    event.preventDefault();
  });
})();
