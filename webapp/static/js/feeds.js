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
// Where the focused thing was swapped away, its card takes the focus, else the card that follows, else the page.
document.addEventListener("htmx:after:swap", () => {
  // What one just wrote may stand below all else: it is brought into view.
  if (wrote) document.querySelector(".replies > .activity:last-of-type")?.scrollIntoView({ block: "nearest" });
  if (document.activeElement !== document.body || !near.length) return;
  const next = near.find((card) => card.isConnected);
  // In the same card the same act: a like stays under the finger that pressed it.
  ((act && next === near[0] && next.querySelector(`.${act}`)) || next?.querySelector(".act") || document.getElementById("main")).focus();
});
