// A card's menu and its fuse open in a panel above its slot, one at a time. A half-typed reply in the slot stays.
let from = null; // the link of the card that opened the panel
const panels = () => [...document.querySelectorAll(".activity > .panel")];
function closePanel(back) {
  const focused = document.activeElement;
  back ||= focused === document.body || focused.closest(".panel");
  panels().forEach((panel) => panel.remove());
  from?.removeAttribute("aria-expanded");
  if (back) from?.focus({ preventScroll: true });
}
async function openPanel(link) {
  const slot = link.closest(".activity").querySelector(":scope > .slot");
  if (!link.closest(".panel")) from = link;
  await htmx.ajax("GET", link.href, { source: link, target: slot, swap: "before" });
  // Of several that were pressed, the last one stays.
  const last = from.closest(".activity")?.querySelector(":scope > .slot").previousElementSibling;
  panels().forEach((panel) => panel === last || panel.remove());
  if (!panels().length) return;
  from.setAttribute("aria-expanded", "true");
  last.scrollIntoView({ block: "nearest" });
}
document.addEventListener("click", (event) => {
  const { target } = event;
  const old = target.closest(".activity > .panel");
  const link = target.closest(".activity a.opens:not(.act-reply)");
  const again = link && link === from && panels().length;
  const shut = old && target.closest("[data-shut]");
  if (shut || (!old && panels().length)) closePanel(shut || again);
  if (shut || again) event.preventDefault();
  if (!link || again || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPanel(link);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panels().length) closePanel(true);
  const menu = event.key === "Escape" && document.querySelector("details.more-of[open]"); // a profile's
  if (!menu) return;
  menu.open = false;
  menu.firstElementChild.focus();
});

// What was burned here leaves as what is burned elsewhere does.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.matches("[id^=burning-]") && ctx.response.status === 200) vanish(ctx.sourceElement.closest("article"));
});

// Whom one muted leaves home and the public feed; the card with the menu stays, as it holds the way back.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const person = /\/@\w+(?=\/unmute$)/.exec(ctx.sourceElement?.querySelector?.(".tie-back")?.formAction)?.[0];
  for (const card of person ? document.querySelectorAll("#feed[data-read] > article") : []) {
    if (!card.querySelector(".panel") && card.querySelector(".who a").pathname === person) vanish(card);
  }
});

// The menu's own buttons.
if (navigator.share) document.documentElement.dataset.share = "";
document.addEventListener("click", async ({ target }) => {
  const menu = target.dataset.act && target.closest(".menu");
  const address = menu?.querySelector("input");
  if (target.dataset.act === "share") navigator.share({ url: address.value }).catch(() => {}); // closed without a choice
  if (target.dataset.act !== "copy") return;
  try {
    await navigator.clipboard.writeText(address.value);
    target.textContent = document.getElementById("announcer").textContent = words.copied;
  } catch { // without https there is no clipboard: the address, to be copied by hand
    menu.dataset.byHand = "";
    address.select();
  }
});
