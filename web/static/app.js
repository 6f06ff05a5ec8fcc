// Small behaviours of every page: running clocks, phone tabs, confirmations, new arrivals. No page needs them to be read.
"use strict";

const started = Date.now();

function tick() {
  for (const element of document.querySelectorAll("[data-clock]")) {
    const speed = Number(element.dataset.speed || 1);
    const then = Number(element.dataset.clock) + (Date.now() - started) * speed;
    element.textContent = new Intl.DateTimeFormat("zh-CN", {
      timeZone: "Asia/Shanghai", hour12: false, hour: "2-digit", minute: "2-digit", second: "2-digit",
      ...(element.dataset.day ? { month: "numeric", day: "numeric" } : {}),
    }).format(then);
  }
}

function chooseApp(button) {
  const phone = button.closest("[data-app]");
  phone.dataset.app = button.dataset.choose;
  localStorage.setItem("phone", button.dataset.choose);
  drawApps();
}

function drawApps() {
  for (const phone of document.querySelectorAll("[data-app]")) {
    for (const button of phone.querySelectorAll("[data-choose]")) {
      button.setAttribute("aria-selected", String(button.dataset.choose === phone.dataset.app));
    }
  }
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-choose]");
  if (chosen) chooseApp(chosen);
  for (const menu of document.querySelectorAll(".tabs-phone details[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

let known = new Set();
const arrivals = () => [...document.querySelectorAll(".arrival[id]")];
document.addEventListener("htmx:before:swap", () => { known = new Set(arrivals().map((a) => a.id)); });
document.addEventListener("htmx:after:swap", () => {
  for (const post of arrivals()) if (known.size && !known.has(post.id)) post.classList.add("new");
  drawApps();
  document.dispatchEvent(new CustomEvent("charts"));
});

// the product starts anew on the same port: go there once it answers and is no demo any more
async function followRestart(place) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 700));
    try {
      const answer = await fetch("/health");
      if (answer.ok && !(await answer.json()).demo) return location.assign(place);
    } catch { /* not up yet */ }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const phone of document.querySelectorAll("[data-app]")) phone.dataset.app = localStorage.getItem("phone") || "slack";
  const facets = document.querySelector("details.facets");
  if (facets && matchMedia("(max-width: 1100px)").matches) facets.open = false;
  const leaving = document.querySelector("[data-leaving]");
  if (leaving) followRestart(leaving.dataset.leaving);
  drawApps();
  tick();
  setInterval(tick, 250);
});
