"use strict";
// Papers: copying a prepared text, printing a page. Without scripts the text can be selected and printed as usual.
(() => {
  function said(button, words) {
    const place = button.parentElement.querySelector("[data-said]");
    if (place) place.textContent = words;
  }

  function select(source) {
    if (source.matches("textarea")) { source.focus(); source.select(); return; }
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    const words = source.matches("textarea") ? source.value : source.textContent.trim();
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      // Browsers give the clipboard to safe addresses only; over plain HTTP the old way still works.
      select(source);
      if (!document.execCommand("copy")) { said(button, "Текст выделен: скопируйте его."); return; }
    }
    said(button, "Скопировано.");
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
