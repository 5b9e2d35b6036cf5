// Moves the bar of a job that is running, and shows its end.
"use strict";

(() => {
  const box = document.querySelector("[data-progress]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const said = box.querySelector("[data-said]");
  let misses = 0;

  async function look() {
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const job = await answer.json();
      misses = 0;
      if (job.state !== "waiting" && job.state !== "running") {
        location.reload();
        return;
      }
      bar.max = Math.max(job.total, 1);
      bar.value = job.done;
      const share = job.total ? Math.floor((100 * job.done) / job.total) : 0;
      const words = `Пройдено ${share} %.`;
      // A screen reader reads every change aloud.
      if (share % 10 === 0 && said.textContent !== words) said.textContent = words;
    } catch {
      misses += 1;
      if (misses > 5) {
        said.textContent = "Сервер не отвечает. Нажмите «Обновить».";
        return;
      }
    }
    setTimeout(look, 700 * (1 + misses));
  }

  look();
})();
