// The work list by keyboard: J and K go down and up, Enter opens. The page is whole without it.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  const jobs = [...document.querySelectorAll(".job-text")];
  if (!step || !jobs.length) return;
  const at = jobs.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(jobs.length - 1, Math.max(0, at + step));
  jobs[next].focus();
  jobs[next].scrollIntoView({ block: "nearest" });
});
