// The acts of a card have no htmx attributes. A link with a form opens it in the card's slot; a button of the acts form
// is posted and its group morphed. A second press does nothing until the response to the first one arrives.
let opener = null;
const pressed = new WeakSet();
document.addEventListener("click", (event) => {
  const act = event.target.closest("a.opens, button.act[form]");
  if (!act || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const slot = act.matches("a") && act.closest("article").querySelector(".slot");
  const box = slot && slot.querySelector("textarea");
  opener = act;
  const filled = box && box.value.trim();
  if (filled && act.matches(".act-reply")) return box.focus(); // a half-typed reply gets the focus instead
  if (pressed.has(act)) return;
  pressed.add(act);
  // Beside a half-typed reply there is room for one other act.
  if (filled) for (const other of slot.querySelectorAll(":scope > :not(.composer)")) other.remove();
  const [verb, url, target, swap] = slot ? ["GET", act.href, slot, filled && "append"] : ["POST", act.formAction, act.closest(".reactions"), "outerMorph"];
  htmx.ajax(verb, url, { source: act, target, ...(swap && { swap }) }).finally(() => pressed.delete(act));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-close]");
  const form = link && document.querySelector(link.dataset.close);
  if (!form || !plain(event)) return;
  event.preventDefault();
  if (form.elements.message?.value.trim() && !("sure" in link.dataset)) { // asks once before text is lost
    link.dataset.sure = "";
    link.textContent = words.discard;
    return;
  }
  if (form.elements.message) form.elements.message.value = "";
  if (form.matches(".composer")) saveDraft(form);
  const card = form.closest("article");
  form.remove();
  (card?.contains(opener) ? opener : card?.querySelector(".act"))?.focus();
});
