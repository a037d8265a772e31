// What went wrong, said in one place; the page keeps what it holds. Our own error answers bring their sentence along.
const say = (text) => {
  const line = document.createElement("p");
  const close = document.createElement("button");
  line.className = "notice";
  line.textContent = text;
  close.id = "notice-close";
  close.type = "button";
  close.textContent = "Close";
  line.append(" ", close);
  document.getElementById("notices")?.replaceChildren(line);
};
const ours = ({ text }) => text.includes("<hx-partial") || text.includes('class="composer"');
document.addEventListener("htmx:before:request", () => document.getElementById("notices")?.replaceChildren());
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) say("No answer came. Nothing is lost: look at your connection and try again.");
});
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (!ours(ctx)) say(`Something between here and the server answered ${ctx.response.status}. Nothing is lost; try again.`);
});
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  // Somebody else's error page takes no form's place.
  if (ctx.response?.status >= 400 && !ours(ctx)) return event.preventDefault();
  // A card that comes again, as a reply just written does with the page it belongs to, is there once.
  for (const task of tasks) for (const card of task.fragment.querySelectorAll("article[id]")) {
    const before = document.getElementById(card.id);
    (before?.parentElement.matches(".place") ? before.parentElement : before)?.remove();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.matches(".notice button")) return event.target.parentElement.remove();
  const link = event.target.closest("[data-close]");
  const form = link && document.querySelector(link.dataset.close);
  if (!form) return;
  event.preventDefault();
  const card = form.closest("article");
  form.remove();
  card?.querySelector(".act")?.focus();
});
