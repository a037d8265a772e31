// bin/dev only: shows saved changes; keeps the scroll position, typed text and opened forms.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  #dev-note { position: fixed; inset: 0 0 auto 0; z-index: 99; max-block-size: 50dvh; overflow: auto; }
  #dev-note, [data-dev-problem] pre {
    margin: 0; padding: 1rem; font: 0.875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
    background: #5c1212; color: #fff;
  }
  [data-dev-problem] body { margin: 0; font-family: system-ui, sans-serif; }
  [data-dev-problem] h1 { margin: 1rem; font-size: 1.25rem; }
`);
document.adoptedStyleSheets.push(sheet);

let { cursor } = document.querySelector("script[data-cursor]").dataset;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const lists = "#feed, #replies";

// What a person did to the page: typed text, choices, scroll position.
const fields = () => [...document.querySelectorAll("textarea[id], input[id]:not([type=hidden])")];
const touched = (field) => (/radio|checkbox/.test(field.type) ? field.checked !== field.defaultChecked
  : field.localName === "textarea" ? field.value !== "" : field.value !== field.defaultValue);
const remember = () => ({
  fields: fields().filter(touched).map(({ id, value, checked }) => ({ id, value, checked })),
  cards: document.querySelector(lists)?.childElementCount ?? 0,
  anchor: anchor(),
});
// The first visible card, and its distance from the window's top.
function anchor() {
  const card = [...document.querySelectorAll("article[id]")].find((one) => one.getBoundingClientRect().bottom > 0);
  return { id: card?.id, top: card?.getBoundingClientRect().top ?? -scrollY };
}
function restore(before) {
  for (const { id, value, checked } of before.fields) {
    const field = document.getElementById(id);
    if (!field || (field.value === value && field.checked === checked)) continue;
    [field.value, field.checked] = [value, checked];
    for (const kind of ["focusin", "input"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  const card = document.getElementById(before.anchor.id) ?? document.body;
  if (scrollY || before.anchor.top < 0) scrollBy({ top: card.getBoundingClientRect().top - before.anchor.top, behavior: "instant" });
}

// Reloads the page for what a swap cannot show; the end of this file restores the rest.
function reload() {
  if (!document.getElementById("dev-problem")) {
    const before = remember();
    before.fields = before.fields.filter(({ id }) => document.getElementById(id).type !== "password");
    sessionStorage.setItem("dev-before", JSON.stringify(before));
  }
  location.reload();
  return new Promise(() => {});
}

async function get(address) {
  for (;;) {
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      await pause(100);
    }
  }
}

// Loads as many cards as the page has now: the person may have scrolled through several pages.
async function lengthen(next, cards) {
  for (let link; (link = next.getElementById("more-link")) && next.querySelector(lists).childElementCount < cards; ) {
    const further = await get(link.href);
    if (!further.querySelector(lists)?.childElementCount) return;
    next.querySelector(lists).append(...further.querySelector(lists).children);
    next.getElementById("more").replaceWith(further.getElementById("more"));
  }
}

// Opened forms stay open, and keep the data that scripts set on them.
function keepOpen(next) {
  for (const form of document.querySelectorAll("form[id]")) {
    const same = next.getElementById(form.id);
    for (const name in same && form.dataset) if (name !== "htmxPowered") same.dataset[name] ??= form.dataset[name];
    const card = form.closest(".slot") && next.getElementById(form.closest("article").id);
    const parent = card ? card.querySelector(".slot") : form.parentElement.id && next.getElementById(form.parentElement.id);
    if (parent && !same && !parent.childElementCount) parent.append(next.importNode(form, true));
  }
}

const parts = (page) => [...page.querySelectorAll("link[rel=stylesheet], head script[src]")].map((part) => (part.href || part.src).split("?")[0]).join();

function say(words) {
  const note = document.getElementById("dev-note") ?? document.createElement("pre");
  note.id = "dev-note";
  note.setAttribute("role", "alert");
  note.textContent = words;
  document.body.append(note);
}

async function refresh(before = remember()) {
  const next = await get(location.href);
  const problem = next.getElementById("dev-problem");
  const own = document.getElementById("dev-problem");
  if (problem) return own ? void (own.textContent = problem.textContent) : say(problem.textContent);
  if (own || !window.htmx || parts(next) !== parts(document)) return reload();
  document.getElementById("dev-note")?.remove();
  await lengthen(next, before.cards);
  keepOpen(next);
  next.querySelectorAll("[autofocus]").forEach((field) => field.removeAttribute("autofocus"));
  before.fields = [...before.fields, ...remember().fields];
  await htmx.swap({ text: next.body.outerHTML, target: document.body, sourceElement: document.body, swap: "outerMorph" });
  restore(before);
  document.title = next.title;
}

// The new style sheet replaces the old one once it is loaded.
function restyle(path) {
  const name = `/${path.split("/static/")[1]}`;
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    const address = new URL(link.href);
    if (!address.pathname.endsWith(name)) continue;
    const fresh = link.cloneNode();
    fresh.href = `${address.pathname}?${Date.now()}`;
    fresh.onload = () => link.remove();
    fresh.onerror = () => fresh.remove();
    link.after(fresh);
  }
}

async function take(paths) {
  const files = paths.filter((path) => path.includes("/static/"));
  if (files.some((path) => !path.endsWith(".css"))) await reload();
  files.forEach(restyle);
  if (files.length < paths.length) await refresh();
}

let source, turn = Promise.resolve();
function follow() {
  source?.close();
  if (document.hidden) return; // a browser keeps few connections open to one server
  source = new EventSource(`/dev/reload?cursor=${cursor}`);
  source.onmessage = ({ data, lastEventId }) => {
    cursor = lastEventId;
    turn = turn.then(() => take(JSON.parse(data)));
  };
  source.onerror = () => {
    source.close();
    setTimeout(follow, 100);
  };
}
document.addEventListener("visibilitychange", follow);
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", follow);

const before = JSON.parse(sessionStorage.getItem("dev-before"));
if (before && !document.getElementById("dev-problem")) {
  sessionStorage.removeItem("dev-before");
  turn = refresh(before);
}
