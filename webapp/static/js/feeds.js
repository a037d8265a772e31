// A feed while its cards come and go: each is there once, and the focus never falls off the page.
let [near, wrote, act] = [[], false, ""];
document.addEventListener("htmx:before:swap", (event) => {
  if (event.defaultPrevented) return;
  wrote = event.detail.ctx.sourceElement?.matches("form.composer");
  const [cards, card] = [[...document.querySelectorAll("article")], document.activeElement?.closest("article")];
  const place = cards.indexOf(card);
  act = [...(document.activeElement?.closest(".act")?.classList ?? [])].find((name) => name.startsWith("act-"));
  near = card ? [card, ...cards.slice(place + 1), ...cards.slice(0, place).reverse()] : [];
  // A card that comes again, as a reply just written does with the page it belongs to, is there once.
  for (const task of event.detail.tasks) for (const card of task.fragment.querySelectorAll("article[id]")) {
    const before = document.getElementById(card.id);
    (before?.parentElement.matches(".place") ? before.parentElement : before)?.remove();
  }
});
// The acts of a card need no attributes of htmx: a link that opens a form opens it in the card's slot, a button of the
// acts form is posted and its group drawn anew. A second press waits for the first one's reply.
let opener = null;
const pressed = new WeakSet();
document.addEventListener("click", (event) => {
  const act = event.target.closest("a.opens, button.act[form]");
  if (!act || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const slot = act.matches("a") && act.closest("article").querySelector(".slot");
  const box = slot && slot.querySelector("textarea");
  opener = act;
  if (box?.value.trim()) return box.focus(); // a half-typed reply is led back to, not drawn anew
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
  if (form.elements.message?.value.trim() && !("sure" in link.dataset)) { // a slip of the hand loses no text
    link.dataset.sure = "";
    link.textContent = words.discard;
    return;
  }
  const card = form.closest("article");
  form.remove();
  (card?.contains(opener) ? opener : card?.querySelector(".act"))?.focus();
});
// Where the focused thing was swapped away, its card takes the focus, else the card that follows, else the page.
document.addEventListener("htmx:after:swap", () => {
  // What one just wrote may stand below all else: it is brought into view.
  if (wrote) document.querySelector(".replies > .activity:last-of-type")?.scrollIntoView({ block: "nearest" });
  if (document.activeElement !== document.body || !near.length) return;
  const next = near.find((card) => card.isConnected);
  // In the same card the same act: a like stays under the finger that pressed it.
  ((act && next === near[0] && next.querySelector(`.${act}`)) || next?.querySelector(".act") || document.getElementById("main")).focus();
});
