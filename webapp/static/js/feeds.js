// Keeps each card on the page once, and the focus on the page, while cards come and go.
{
let [near, wrote, act, older, listed] = [[], false, "", false, 0];
const list = () => [...(document.getElementById("feed")?.children ?? [])].filter((one) => one.matches("article, li"));
const styleOf = ({ swapSpec }) => swapSpec?.style ?? String(swapSpec);
document.addEventListener("htmx:before:swap", (event) => {
  if (event.defaultPrevented) return;
  const source = event.detail.ctx.sourceElement;
  wrote = source?.matches("form.composer");
  listed = older && source?.id === "more-link" ? list().length : 0;
  const [cards, card] = [[...document.querySelectorAll("article")], document.activeElement?.closest("article")];
  const index = cards.indexOf(card);
  act = [...(document.activeElement?.closest(".act")?.classList ?? [])].find((name) => name.startsWith("act-"));
  if (document.activeElement?.closest(".panel")) act = "left";
  near = card ? [card, ...cards.slice(index + 1), ...cards.slice(0, index).reverse()] : [];
  // A card that arrives again, such as a reply just written, replaces the one that is there.
  for (const task of event.detail.tasks) {
    if (/Morph/.test(styleOf(task))) continue; // it finds them itself
    for (const card of task.fragment.querySelectorAll("article[id]")) document.getElementById(card.id)?.remove();
  }
});
document.addEventListener("click", (event) => (older = event.target.id === "more-link"));
// If the focused element was swapped away, focus its card, else the next card, else the page.
document.addEventListener("htmx:after:swap", () => {
  // The viewer's new reply may be at the very bottom.
  if (wrote) document.querySelector("[data-new]")?.scrollIntoView({ block: "nearest" });
  if (listed) {
    // A press on "Show older": what follows has the focus.
    const fresh = list().slice(listed);
    older = false;
    document.getElementById("announcer").textContent = words.added(fresh.length);
    if (fresh[0]) fresh[0].tabIndex = -1, fresh[0].focus({ preventScroll: true });
  }
  if (document.activeElement !== document.body || !near.length) return;
  const next = near.find((card) => card.isConnected);
  // In the same card, focus the same act.
  ((act && next === near[0] && next.querySelector(`.${act}`)) || next?.querySelector(".act") || document.getElementById("main")).focus();
});
}
