// Keeps each card on the page once, and the focus on the page, while cards come and go.
let [near, wrote, act] = [[], false, ""];
document.addEventListener("htmx:before:swap", (event) => {
  if (event.defaultPrevented) return;
  wrote = event.detail.ctx.sourceElement?.matches("form.composer");
  const [cards, card] = [[...document.querySelectorAll("article")], document.activeElement?.closest("article")];
  const index = cards.indexOf(card);
  act = [...(document.activeElement?.closest(".act")?.classList ?? [])].find((name) => name.startsWith("act-"));
  near = card ? [card, ...cards.slice(index + 1), ...cards.slice(0, index).reverse()] : [];
  // A card that arrives again, such as a reply just written, replaces the one that is there.
  for (const task of event.detail.tasks) for (const card of task.fragment.querySelectorAll("article[id]")) {
    const before = document.getElementById(card.id);
    (before?.parentElement.matches(".place") ? before.parentElement : before)?.remove();
  }
});
// Reply (or Burn) pressed again would replace the form: a half-typed reply gets the focus instead.
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
  if (form.elements.message?.value.trim() && !("sure" in link.dataset)) { // a slip must not lose text
    link.dataset.sure = "";
    link.textContent = words.discard;
    return;
  }
  const card = form.closest("article");
  form.remove();
  (card?.contains(opener) ? opener : card?.querySelector(".act"))?.focus();
});
// If the focused element was swapped away, focus its card, else the next card, else the page.
document.addEventListener("htmx:after:swap", () => {
  // One's new reply may be at the very bottom.
  if (wrote) document.querySelector(".replies > .activity:last-of-type")?.scrollIntoView({ block: "nearest" });
  if (document.activeElement !== document.body || !near.length) return;
  const next = near.find((card) => card.isConnected);
  // In the same card focus the same act: a like stays under the finger.
  ((act && next === near[0] && next.querySelector(`.${act}`)) || next?.querySelector(".act") || document.getElementById("main")).focus();
});
