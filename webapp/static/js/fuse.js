// Updates each activity's time left, and removes it when it expires. The words (words.js) and shares are those of
// webapp/web/filters.py.
const born = new WeakMap();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const leftWords = (seconds) => {
  const minutes = Math.floor(Math.max(seconds, 0) / 60);
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (days) return days > 6 || !(hours % 24) ? words.days(days) : words.daysAndHours(days, hours % 24);
  if (hours) return hours > 2 || !(minutes % 60) ? words.hours(hours) : words.hoursAndMinutes(hours, minutes % 60);
  return minutes ? words.minutes(minutes) : words.moments;
};
const stage = (share) => (share > 0.5 ? "bright" : share > 0.25 ? "waning" : share > 0.1 ? "ember" : "last");
const agoWords = (s) =>
  s < 60 ? words.now : s < 3600 ? words.minutesAgo(Math.floor(s / 60))
  : s < 86400 ? words.hoursAgo(Math.floor(s / 3600)) : words.daysAgo(Math.floor(s / 86400));

const set = (element, text) => element && element.textContent !== text && (element.textContent = text);

function meet(element) {
  // The deadline is the database's time left on the clock of clock.js: this machine's clock may be wrong, or be set
  // while the page is open.
  const life = { ends: clock.now() + Number(element.dataset.left), whole: Number(element.dataset.whole), given: element.dataset.left };
  life.out = clock.now() + Number(element.dataset.undo); // from then on others see it
  born.set(element, life);
  const written = element.querySelector("header time");
  if (written) {
    written.title = words.moment(new Date(written.dateTime));
    clock.server ??= Date.parse(written.dateTime) + life.whole - life.ends;
  }
  sayEnd(element, life);
  return life;
}

function sayEnd(element, life) {
  const left = element.matches("article") && element.querySelector(".left");
  if (left) left.title = words.gone(words.moment(new Date(Date.now() + life.ends - clock.now())));
}

// Its author gave it another end: `left` ms from the server's time `at`, or none (0).
function moveEnd(element, at, left) {
  const life = born.get(element) ?? meet(element);
  const ends = left ? at + left - (clock.server ?? at - clock.now()) : -1;
  if (Math.abs(ends - life.ends) < 1000) return;
  life.whole = Math.max(1, life.whole + ends - life.ends);
  life.ends = ends;
  sayEnd(element, life);
  tick();
}

// Out of what goes, with the focus: moveBefore, where supported, keeps the caret too.
function moveOut(inner, element) {
  const focused = inner.contains(document.activeElement) && document.activeElement;
  if (element.parentElement.moveBefore) element.parentElement.moveBefore(inner, element);
  else element.before(inner);
  if (focused) focused.focus({ preventScroll: true });
}

// `atOnce`: without the animation, in which a text can still be read.
function vanish(element, atOnce) {
  // A reply that was just posted stands in the slot of its parent. It lives on.
  element.querySelectorAll(":scope > .slot > article").forEach((reply) => moveOut(reply, element));
  element.dispatchEvent(new Event("gone", { bubbles: true }));
  if (!element.matches("[data-stage=gone]")) uncount(element);
  const end = () => {
    if (element.matches(".replying")) {
      element.replaceChildren(words.parentGone);
      delete element.dataset.left;
      return delete element.dataset.stage;
    }
    const form = [...element.querySelectorAll("form.composer")].find((one) => one.elements.message.value.trim());
    if (form || element.closest(".focus, .place")) {
      const stub = document.createElement("p");
      stub.className = "stub";
      stub.textContent = words.stub;
      element.before(stub);
    }
    if (form) moveOut(form.parentElement, element); // half-typed
    const cards = [...document.querySelectorAll("article")].filter((card) => card === element || !element.contains(card));
    const [place, held] = [cards.indexOf(element), element.contains(document.activeElement)];
    element.remove();
    // The focus goes to the next card, else to the one before, else to the page.
    if (held) ((cards[place + 1] ?? cards[place - 1])?.querySelector(".act") ?? document.getElementById("main")).focus({ preventScroll: true });
  };
  if (calm.matches || atOnce === true) return end();
  element.dataset.stage = "gone";
  setTimeout(end, 380);
}

function closeUndo(card, life) {
  const button = card.querySelector(":scope > footer > .act-undo");
  life.out = NaN;
  if (button === document.activeElement) card.querySelector(".left").focus();
  button?.remove();
}

let next;
function tick(atOnce) {
  clock.checkJump();
  let soonest = 500;
  for (const element of document.querySelectorAll("[data-left]")) {
    const life = born.get(element)?.given === element.dataset.left ? born.get(element) : meet(element);
    const left = life.ends - clock.now();
    if (element.dataset.stage === "gone" && atOnce !== true) continue;
    if (left <= 0) { vanish(element, atOnce); continue; }
    soonest = Math.min(soonest, left);
    if (clock.now() >= life.out) closeUndo(element, life);
    const share = Math.min(1, left / life.whole);
    element.dataset.stage = stage(share);
    element.querySelector(".ring circle")?.setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 100`);
    set(element.querySelector(".left:not([data-exact])"), leftWords(left / 1000));
    element.querySelector(".left")?.toggleAttribute("data-soon", left < 3600000);
    set(element.querySelector("header time"), agoWords((life.whole - left) / 1000));
  }
  clearTimeout(next);
  if (soonest < 500) next = setTimeout(tick, soonest); // when it expires, not at the next interval
}
setInterval(tick, 500);
const look = () => {
  // The parent was burned and the form came back: remove the card, keep the form.
  for (const form of document.querySelectorAll("form[data-gone]")) {
    const card = form.closest("article") ?? document.querySelector(".focus > article");
    if (card && card.dataset.stage !== "gone") vanish(card);
  }
  tick();
  document.querySelectorAll(".span time, .panel time, .tie time, #hello time, #announcer time, .quiet-text time, .case time, .audit time, .paused time").forEach((time) => set(time, words.moment(new Date(time.dateTime))));
};
addEventListener("DOMContentLoaded", look);
document.addEventListener("visibilitychange", tick);
document.addEventListener("htmx:after:swap", look);
