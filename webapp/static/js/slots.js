// The acts of a card have no htmx attributes. Reply opens its form in the card's slot; a button of the acts form is
// posted. A second press does nothing until the response to the first one arrives.
let opener = null;
const pressed = new WeakSet();
const boxes = () => [...document.querySelectorAll("form.composer")].map((form) => form.elements.message);
document.addEventListener("click", (event) => {
  const act = event.target.closest("a.act-reply.opens, button.act[form]");
  if (!act || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const [undo, card] = [act.matches(".act-undo"), act.closest("article")];
  // The text that undo brings back must not take the place of another one: the browser posts, and shows its own page.
  if (undo && boxes().some((box) => box?.value.trim())) return;
  event.preventDefault();
  const slot = act.matches("a") && card.querySelector(".slot");
  const box = slot && slot.querySelector("textarea");
  opener = act;
  if (box && box.value.trim()) return box.focus(); // a half-typed reply gets the focus instead
  if (pressed.has(act)) return;
  pressed.add(act);
  const target = slot || (undo ? card : act.closest(".reactions"));
  const [verb, url, how] = slot ? ["GET", act.href, {}] : ["POST", act.formAction, { swap: "outerMorph" }];
  htmx.ajax(verb, url, { source: act, target, ...how }).finally(() => {
    pressed.delete(act);
    if (slot) slot.querySelector("[autofocus]")?.removeAttribute("autofocus"); // a later swap of the card leaves the focus
    if (undo) boxes().find((box) => box?.value)?.focus();
  });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-close]");
  const form = link && document.querySelector(link.dataset.close);
  if (!form || !plain(event)) return;
  event.preventDefault();
  const close = () => {
    const card = form.closest("article");
    form.remove();
    (card?.contains(opener) ? opener : card?.querySelector(".act"))?.focus();
  };
  if (!form.matches(".composer") || !unsaved(form)) return close();
  saveDraft(form, true).then(() => draftOf(form).failed || close()); // Reply opens the draft again
});
