// What the desk's pages do beyond links and forms. Everything works without it.
"use strict";

const on = () => localStorage.getItem("keys") !== "off";
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const writing = (element) => element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const news = find(".news");
const task = find("[data-task]");
const form = find("form[data-autosave]");

function say(text, href) {
  news.replaceChildren(text);
  if (href) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = "Load it again";
    news.append(" ", link);
  }
  news.hidden = !text;
}

// Keys

function step(by) {
  const items = all("[data-step]");
  const here = items.findIndex((item) => item.contains(document.activeElement));
  const next = items[here < 0 ? (by > 0 ? 0 : items.length - 1) : here + by];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "center" });
}

function use(element) {
  if (element.matches("input[type=radio]")) {
    element.checked = true;
    element.focus();
    element.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (element.matches("summary")) {
    element.parentElement.open = true;
    find("input:not([type=hidden]), select", element.parentElement)?.focus();
  } else if (element.matches("input, textarea")) {
    element.closest("details")?.setAttribute("open", "");
    element.focus();
  } else {
    element.click();
  }
}

function tick() {
  const box = find("input[type=checkbox]", document.activeElement.closest("[data-step]") ?? document.createElement("p"));
  if (box) box.click();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  e: tick,
  "?": () => find("dialog.keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const command = event.ctrlKey || event.metaKey;
  if (!on() || event.altKey || event.isComposing) return;
  if (command && key === "k") {
    event.preventDefault();
    openPalette();
  } else if (command && key === "Enter" && form && !find("dialog[open]")) {
    event.preventDefault();
    form.requestSubmit(find("[value=decide]", form));
  } else if (key === "Escape" && writing(target) && !find("dialog[open]")) {
    target.blur();
  } else if (!command && !writing(target) && !find("dialog[open]")) {
    const named = find(`[data-key="${CSS.escape(key)}"]`);
    const does = keys[key] ?? (named && (() => use(named)));
    if (!does) return;
    event.preventDefault();
    does();
  }
});

for (const box of all(".keys-on")) {
  box.checked = on();
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
}

// The palette

const palette = find("dialog.palette");
const field = find("#palette");
const list = find("#palette-list");
let chosen = 0;

function openPalette() {
  field.value = "";
  fill();
  if (!palette.open) palette.showModal();
}

function fill() {
  const words = field.value.toLowerCase().split(/\s+/);
  const fits = (element) => words.every((word) => element.dataset.command.toLowerCase().includes(word));
  const rows = all("[data-command]").filter(fits).map((element, number) => {
    const row = document.createElement("li");
    row.setAttribute("role", "option");
    row.id = `command-${number}`;
    row.textContent = element.dataset.command;
    row.addEventListener("click", () => run(element));
    row.run = () => run(element);
    return row;
  });
  list.replaceChildren(...rows);
  choose(0);
}

function choose(number) {
  const rows = [...list.children];
  chosen = rows.length ? (number + rows.length) % rows.length : 0;
  rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
  field.setAttribute("aria-activedescendant", rows.length ? rows[chosen].id : "");
  rows[chosen]?.scrollIntoView({ block: "nearest" });
}

function run(element) {
  palette.close();
  use(element);
}

if (palette) {
  field.addEventListener("input", fill);
  field.addEventListener("keydown", (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      choose(chosen + move);
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.children[chosen]?.run();
    }
  });
}

// Drafts: saved a moment after the last stroke; a heartbeat keeps the task while its page is open.

let waiting = 0;
let ours = Boolean(form);

async function send(action) {
  if (!ours) return;
  const fields = new FormData(form);
  fields.set("action", action);
  const told = find("[data-saved]", form);
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      if (action === "save") told.textContent = `Saved at ${new Date().toLocaleTimeString([], { timeStyle: "short" })}.`;
    } else if (answer.status === 409) {
      ours = false;
      say("You do not hold this task any more. Your text is still here.", location.pathname);
    } else {
      told.textContent = "The draft could not be saved; it stays in this page.";
    }
  } catch {
    told.textContent = "The desk cannot be reached; your text stays in this page.";
  }
}

if (form) {
  document.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => send("save"), 1500);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    ours = false;
  });
  setInterval(() => document.visibilityState === "visible" && send("renew"), 240000);
}

// What others do meanwhile

function tell(seen) {
  if (!seen.state) return;
  const mine = seen.by === task.dataset.me;
  if (seen.state === task.dataset.state && (seen.lease === Number(task.dataset.lease) || mine)) return;
  if (mine) return;
  ours = false;
  const who = seen.by ?? "Somebody";
  const what = { taken: `${who} has taken this task.`, done: `${who} has decided this task.` }[seen.state];
  say(what ?? "This task has changed.", location.pathname);
}

if (window.EventSource && news) {
  const source = new EventSource(task ? `/events?task=${encodeURIComponent(task.dataset.task)}` : "/events");
  source.addEventListener("counts", (event) => {
    const counts = JSON.parse(event.data);
    counts.all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    for (const place of all("[data-count]")) {
      const count = counts[place.dataset.count];
      if (count !== undefined && place.textContent !== String(count)) {
        place.textContent = String(count);
        if (place.dataset.count === "open") say("The queue has changed.", location.href);
      }
    }
  });
  if (task) source.addEventListener("task", (event) => tell(JSON.parse(event.data)));
  window.addEventListener("pagehide", () => source.close());
}
