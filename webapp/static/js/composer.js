// The composer's counter. It normalises and counts as webapp/text.py does; the server counts again.
// Older browsers count code points instead of graphemes.
const segments = Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : { segment: (text) => text };
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

document.addEventListener("focusin", (event) => {
  if (event.target.name === "message") event.target.form.dataset.open = "";
});
document.addEventListener("input", (event) => {
  if (event.target.name === "message") measure(event.target.form);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest("form");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.matches(".composer")) form.requestSubmit();
  if (event.key === "Escape" && !form?.elements.message?.value) form?.querySelector("[data-close]")?.click();
});
const all = () => document.querySelectorAll("form.composer").forEach((form) => form.elements.message?.value && measure(form));
addEventListener("DOMContentLoaded", all);
document.addEventListener("htmx:after:swap", all);
