// The composer's counter. It normalises and counts as webapp/text does; the server counts again.
// Browsers without Intl.Segmenter count a character with its marks.
const segments = Intl.Segmenter
  ? new Intl.Segmenter(undefined, { granularity: "grapheme" })
  : { segment: (text) => text.match(/\P{M}\p{M}*/gu) ?? [] };
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// Normalising longer runs of marks takes quadratic time.
const ordered = (text) => (/\p{M}{31}/u.test(text) ? text : text.normalize("NFC"));
const normal = (raw) =>
  ordered(
    raw.replace(/\r\n?/g, "\n").replace(control, "")
      .replace(/\n(?:[ \t]*\n){2,}/g, "\n\n").replace(/^(?:\s*\n)?\ufeff*/, "").trimEnd(),
  );
const count = (text) => { let n = 0; for (const _ of segments.segment(text)) n += 1; return n; };

// Characters that still fit, by the nearest of the three limits.
const room = (raw) => {
  const text = normal(raw);
  const bytes = new TextEncoder().encode(text).length;
  return Math.min(280 - count(text), 2800 - [...text].length, 8192 - bytes);
};

const sized = CSS.supports("field-sizing", "content");

function measure(form) {
  const box = form.elements.message;
  if (!sized) box.style.height = "auto", box.style.height = `${box.scrollHeight}px`;
  const left = room(box.value);
  const counter = form.querySelector(".counter");
  if (!counter) return; // the error page's form has no counter
  const used = Math.max(0, Math.min(100, ((280 - left) / 280) * 100));
  counter.hidden = used === 0;
  counter.toggleAttribute("data-over", left < 0);
  counter.querySelector("circle").setAttribute("stroke-dasharray", `${used.toFixed(1)} 100`);
  const said = left > 20 ? "" : left < 0 ? words.tooMany(-left) : words.fits(left);
  counter.lastElementChild.textContent = left > 20 ? "" : left;
  const spoken = form.querySelector("[role=status]");
  if (spoken.textContent !== said && (!said || left % 5 === 0 || left < 0)) spoken.textContent = said;
}

// Opening and folding. It folds after the click that left it empty has arrived: what was clicked on would move away.
const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
function fold(focused) {
  for (const form of document.querySelectorAll("form.composer[data-open]")) {
    if (form.contains(focused) || form.elements.message.value) continue;
    delete form.dataset.open;
    form.elements.message.style.height = "";
  }
}
document.addEventListener("focusin", ({ target }) => {
  target.closest?.("form.composer")?.setAttribute("data-open", "");
});
document.addEventListener("mousedown", (event) => {
  const form = event.target.closest("form.composer");
  const box = form?.elements.message;
  if (!box || event.button || event.target === box || box.value || "open" in form.dataset) return;
  event.preventDefault();
  box.focus();
});
document.addEventListener("keyup", ({ key }) => key === "Tab" && fold(document.activeElement));
document.addEventListener("click", (event) => {
  fold(event.target);
  const link = event.target.closest("#nav-write, [data-back]");
  if (!link || !plain(event)) return;
  const box = document.querySelector("form.composer:is([data-place=feed], [data-place=page]) textarea");
  if ("back" in link.dataset ? !document.referrer.startsWith(location.origin) : !box) return;
  event.preventDefault();
  "back" in link.dataset ? history.back() : box.focus();
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest("form");
  if (event.key === "n" && plain(event) && !event.target.closest("input, textarea")) {
    event.preventDefault();
    document.getElementById("nav-write")?.click();
  }
  if (!form?.matches(".composer")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  if (!(event.key === "Escape") || form.elements.message.value) return;
  const way = form.querySelector("[data-close], [data-back]");
  if (way) return way.click();
  document.activeElement.blur();
  fold();
});

// An error is about what was sent: it goes with the first change.
document.addEventListener("input", ({ target }) => {
  const { form } = target;
  if (!form?.matches(".composer")) return;
  for (const stale of form.querySelectorAll(".error, .failed")) stale.remove();
  form.elements.message.removeAttribute("aria-invalid");
  if (target.name === "message") measure(form);
});
const all = () => document.querySelectorAll("form.composer").forEach((form) => form.elements.message?.value && measure(form));
addEventListener("DOMContentLoaded", all);
document.addEventListener("htmx:after:swap", all);

// What a composer replies to is gone: it posts its text on its own, as a plain form, and the next page shows it.
document.addEventListener("gone", ({ target }) => {
  const form = document.getElementById(target.id.replace("activity-", "composer-"));
  if (!form || "orphan" in form.dataset) return;
  form.dataset.orphan = "";
  form.elements.reply_to_activity_uuid?.remove();
  form.querySelector(".button > span").textContent = words.onItsOwn;
  form.querySelector(`label[for="${form.id}-message"]`).textContent = form.elements.message.placeholder = words.yourMessage;
});
