// Shows errors as notices; the page keeps its content. Our own error responses contain their sentence.
const say = (text) => {
  const line = document.createElement("p");
  const close = document.createElement("button");
  line.className = "notice";
  line.textContent = text;
  close.id = "notice-close";
  close.type = "button";
  close.textContent = words.close;
  line.append(" ", close);
  document.getElementById("notices")?.replaceChildren(line);
};
const ours = ({ text }) => /<hx-partial|class="(composer|panel)"/.test(text);
// An act on what is gone: whoever acted learns it here.
const goneCard = ({ response, sourceElement }) => response?.status === 404 && sourceElement.closest("article");
document.addEventListener("htmx:before:request", () => document.getElementById("notices")?.replaceChildren());
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) say(words.unreachable);
});
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const card = goneCard(ctx);
  if (card) vanish(card);
  if (card) say(words.thatIsGone);
  else if (!ours(ctx)) say(words.serverProblem(ctx.response.status));
});
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  // A proxy's error page must not replace a form.
  if (ctx.response?.status >= 400 && (!ours(ctx) || goneCard(ctx))) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.matches(".notice button")) event.target.parentElement.remove();
});
