// Keeps what is left of every activity honest, and takes it off the page at its instant. The server drew it first;
// the words (words.js) and shares are those of webapp/web/filters.py.
const born = new WeakMap();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const rounded = (seconds, size) => Math.floor(seconds / size + 0.5);
const leftWords = (s) =>
  s >= 172800 ? words.days(rounded(s, 86400)) : s >= 5400 ? words.hours(rounded(s, 3600))
  : s >= 90 ? words.minutes(rounded(s, 60)) : s >= 45 ? words.aMinute : words.moments;
const stage = (share) => (share > 0.5 ? "bright" : share > 0.25 ? "waning" : share > 0.1 ? "ember" : "last");
const agoWords = (s) =>
  s < 60 ? words.now : s < 3600 ? words.minutesAgo(Math.floor(s / 60))
  : s < 86400 ? words.hoursAgo(Math.floor(s / 3600)) : words.daysAgo(Math.floor(s / 86400));

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
const set = (element, text) => element && element.textContent !== text && (element.textContent = text);

function meet(element) {
  // The deadline is counted from what the database said was left, by a clock of our own (clock.js): one that is wrong on
  // this side, or is set while the page is open, changes nothing.
  const life = { ends: clock.now() + Number(element.dataset.left), whole: Number(element.dataset.whole) };
  born.set(element, life);
  const written = element.querySelector("header time");
  if (written) {
    written.title = local.format(new Date(written.dateTime));
    clock.server ??= Date.parse(written.dateTime) + life.whole - life.ends;
  }
  const left = element.matches("article") && element.querySelector(".left");
  if (left) left.title = words.gone(local.format(Date.now() + Number(element.dataset.left)));
  return life;
}

function vanish(element) {
  const end = () => {
    const form = [...element.querySelectorAll("form.composer")].find((one) => one.elements.message.value.trim());
    if (form || element.closest(".focus, .place")) {
      const stub = document.createElement("p");
      stub.className = "stub";
      stub.textContent = words.stub;
      element.before(stub);
    }
    if (form) {
      // What somebody is typing stays, with its caret: moveBefore keeps that by itself, where it is known.
      const [slot, focused] = [form.parentElement, form.contains(document.activeElement) && document.activeElement];
      if (element.parentElement.moveBefore) element.parentElement.moveBefore(slot, element);
      else element.before(slot);
      if (focused) focused.focus({ preventScroll: true });
    }
    element.remove();
  };
  if (calm.matches) return end();
  element.dataset.stage = "gone";
  setTimeout(end, 380);
}

let next;
function tick() {
  clock.look();
  let soonest = 500;
  for (const element of document.querySelectorAll("[data-left]")) {
    const life = born.get(element) ?? meet(element);
    const left = life.ends - clock.now();
    if (element.dataset.stage === "gone") continue;
    if (left <= 0) { vanish(element); continue; }
    soonest = Math.min(soonest, left);
    const share = Math.min(1, left / life.whole);
    element.dataset.stage = stage(share);
    element.querySelector(".ring circle")?.setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 100`);
    set(element.querySelector(".left"), leftWords(left / 1000));
    set(element.querySelector("header time"), agoWords((life.whole - left) / 1000));
  }
  clearTimeout(next);
  if (soonest < 500) next = setTimeout(tick, soonest); // at its instant, not at the next look
}
setInterval(tick, 500);
const look = () => {
  // What is answered was burned meanwhile, and the form came back: the card goes, the form stays.
  for (const form of document.querySelectorAll("form[data-gone]")) {
    const card = form.closest("article") ?? document.querySelector(".focus > article");
    if (card && card.dataset.stage !== "gone") vanish(card);
  }
  tick();
  document.querySelectorAll(".span time, #announcer time").forEach((time) => set(time, local.format(new Date(time.dateTime))));
};
addEventListener("DOMContentLoaded", look);
document.addEventListener("visibilitychange", tick);
document.addEventListener("htmx:after:swap", look);
