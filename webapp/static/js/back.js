// Back returns to the same card. A history entry has a key; under it the tab keeps the number of the last card that was
// loaded, and the number and the place of the first one in view.
{
const visit = history.state?.visit ?? String(Math.random()).slice(2);
const numberOf = (card) => BigInt(card.id.slice("activity-".length));
const cards = () => [...document.querySelectorAll("#feed > article[id]")];
let leaving = false; // signing out: this tab's places are nobody else's
addEventListener("pagehide", () => {
  const top = cards().find((card) => card.getBoundingClientRect().bottom > 0);
  if (!top || leaving) return;
  history.replaceState({ ...history.state, visit }, "");
  const last = cards().at(-1);
  sessionStorage.setItem(`visit-${visit}`, `${numberOf(last)} ${numberOf(top)} ${Math.round(top.getBoundingClientRect().top)}`);
});

document.addEventListener("submit", (event) => {
  if (event.submitter?.formAction.endsWith("/sign-out")) leaving = true, sessionStorage.clear();
});

addEventListener("DOMContentLoaded", async () => {
  const kept = history.state?.visit && sessionStorage.getItem(`visit-${visit}`);
  if (!kept) return;
  const [until, anchor, place] = kept.split(" ").map(BigInt);
  const more = document.getElementById("more-link");
  // What ends next is in another order: there it is one page.
  if (more?.search.includes("before=") && cards().length && numberOf(cards().at(-1)) > until) {
    await htmx.ajax("GET", `${more.getAttribute("href")}&until=${until}`, { source: more, target: "#feed", swap: "append" });
  }
  // The card itself, or what follows where it is gone.
  const card = document.getElementById(`activity-${anchor}`) ?? cards().find((one) => numberOf(one) <= anchor);
  if (card) scrollBy({ top: card.getBoundingClientRect().top - Number(place), behavior: "instant" });
});

// The link at the head of a thread leads back where one came from.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#back");
  if (!link || !document.referrer.startsWith(location.origin) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.back();
});
}
