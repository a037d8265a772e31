// Keeps each card on the page once, and the focus on the page, while cards come and go.
let [near, wrote, act] = [[], false, ""];
document.addEventListener("htmx:before:swap", (event) => {
  if (event.defaultPrevented) return;
  wrote = event.detail.ctx.sourceElement?.matches("form.composer");
  const [cards, card] = [[...document.querySelectorAll("article")], document.activeElement?.closest("article")];
  const index = cards.indexOf(card);
  const focused = document.activeElement;
  act = focused?.closest(".panel") ? "left" : [...(focused?.closest(".act")?.classList ?? [])].find((name) => name.startsWith("act-"));
  near = card ? [card, ...cards.slice(index + 1), ...cards.slice(0, index).reverse()] : [];
  // A card that arrives again, such as a reply just written, replaces the one that is there.
  for (const task of event.detail.tasks) for (const card of task.fragment.querySelectorAll("article[id]")) {
    const before = document.getElementById(card.id);
    if (!before) continue;
    // A half-typed reply stays, and does not take the focus again.
    before.querySelectorAll("[autofocus]").forEach((box) => box.removeAttribute("autofocus"));
    card.querySelector(":scope > .slot").append(...before.querySelector(":scope > .slot").childNodes);
    if (task.target === before || task.target === `#${card.id}`) continue;
    (before.parentElement.matches(".place") ? before.parentElement : before).remove();
  }
});
// If the focused element was swapped away, focus its card, else the next card, else the page.
document.addEventListener("htmx:after:swap", () => {
  // The viewer's new reply may be at the very bottom.
  if (wrote) document.querySelector(".replies > .activity:last-of-type")?.scrollIntoView({ block: "nearest" });
  if (document.activeElement !== document.body || !near.length) return;
  const next = near.map((card) => document.getElementById(card.id)).find(Boolean);
  // In the same card, focus the same act.
  ((act && next?.id === near[0].id && next.querySelector(`.${act}`)) || next?.querySelector(".act") || document.getElementById("main")).focus();
});
