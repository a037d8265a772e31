// What went wrong, said in one place; the page keeps what it holds. Our own error answers bring their sentence along.
const say = (text) => {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = text;
  document.getElementById("notices")?.replaceChildren(line);
};
document.addEventListener("htmx:before:request", () => document.getElementById("notices")?.replaceChildren());
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) say("No answer came. Nothing is lost: look at your connection and try again.");
});
document.addEventListener("htmx:response:error", (event) => {
  const { text, response: { status } } = event.detail.ctx;
  const ours = [400, 409, 422].includes(status) || text.includes("<hx-partial");
  if (!ours) say(`Something between here and the server answered ${status}. Nothing is lost; try again.`);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-close]");
  const form = link && document.querySelector(link.dataset.close);
  if (!form) return;
  event.preventDefault();
  const card = form.closest("article");
  form.remove();
  card?.querySelector(".act")?.focus();
});
