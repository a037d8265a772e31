// Pressing Reply (or Burn) once more would draw the form anew: a half-typed answer is led back to instead.
let opener = null;
document.addEventListener("click", (event) => {
  const act = event.target.closest(".act[hx-target]");
  const slot = act?.getAttribute("hx-target");
  opener = act ?? opener;
  const box = slot && document.querySelector(`${slot} > form textarea`);
  if (!box?.value.trim()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  box.focus();
}, true);
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-close]");
  const form = link && document.querySelector(link.dataset.close);
  if (!form) return;
  event.preventDefault();
  if (form.elements.message?.value.trim() && !("sure" in link.dataset)) { // a slip of the hand loses no text
    link.dataset.sure = "";
    link.textContent = words.discard;
    return;
  }
  const card = form.closest("article");
  form.remove();
  (card?.contains(opener) ? opener : card?.querySelector(".act"))?.focus();
});
