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
  if (box && box.value.trim()) return box.focus(); // a half-typed reply gets the focus instead
  if (pressed.has(act)) return;
  pressed.add(act);
  const [verb, url, target, swap] = slot ? ["GET", act.href, slot] : ["POST", act.formAction, act.closest(".reactions"), "outerMorph"];
  htmx.ajax(verb, url, { source: act, target, ...(swap && { swap }) }).finally(() => pressed.delete(act));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-close]");
  const form = link && document.querySelector(link.dataset.close);
  if (!form) return;
  event.preventDefault();
  if (form.elements.message?.value.trim() && !("sure" in link.dataset)) { // asks once before text is lost
    link.dataset.sure = "";
    link.textContent = words.discard;
    return;
  }
  const card = form.closest("article");
  form.remove();
  (card?.contains(opener) ? opener : card?.querySelector(".act"))?.focus();
});
