// How a composer's sending goes: "Posting…" after a second, and what failed is said in the composer, not as a notice.
const waiting = new WeakMap();
function wait(form) {
  form.dataset.sent = "";
  draftOf(form).sent = true;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => {
    form.setAttribute("aria-busy", "true");
    form.querySelector(".button").dataset.busy = words.posting;
    const spoken = form.querySelector("[role=status]");
    if (spoken) spoken.textContent = words.posting;
  }, 1000));
}
function settle(form) {
  clearTimeout(waiting.get(form));
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  delete form.querySelector(".button").dataset.busy;
}
function fail(form, sentence) {
  const [line, again] = [document.createElement("p"), document.createElement("button")];
  line.classList.add("composer-notice", "failed");
  line.setAttribute("role", "alert");
  again.type = "submit";
  again.id = `${form.id}-again`;
  again.className = "quiet-button";
  again.textContent = words.tryAgain;
  line.append(sentence, " ", again);
  form.querySelector(".failed")?.remove();
  form.querySelector(".composer-foot").before(line);
}
// An error response of ours is a notice: its sentence, with its link to sign in.
const sentenceOf = ({ text, response }) =>
  new DOMParser().parseFromString(text, "text/html").querySelector(".notice > span") ?? words.serverProblem(response.status);

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".composer[id]")) return;
  const draft = draftOf(form);
  if (draft.sending !== undefined && !draft.held) { // the reply to its save may bring the key of a second draft
    const { submitter } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    draft.held = true;
    await Promise.race([draft.settled, new Promise((done) => setTimeout(done, 3000))]);
    await new Promise((done) => setTimeout(done)); // while an event is under way nothing can be submitted again
    form.requestSubmit(submitter);
    draft.held = false;
    return;
  }
  if ("orphan" in form.dataset) event.stopPropagation(); // before htmx sees it
  form.querySelector(".failed")?.remove();
  wait(form);
}, true);
document.addEventListener("htmx:finally:request", ({ detail }) => detail.ctx.sourceElement?.matches("form.composer") && settle(detail.ctx.sourceElement));
for (const name of ["htmx:error", "htmx:response:error", "htmx:before:swap"]) addEventListener(name, (event) => {
  const { ctx } = event.detail;
  const form = ctx?.sourceElement?.closest?.("form.composer");
  if (!form || (ctx.response && (ctx.response.status < 400 || ctx.text?.includes('class="composer"')))) return;
  event.stopPropagation();
  if (name === "htmx:before:swap") event.preventDefault();
  else if (ctx.sourceElement === form) fail(form, ctx.response ? sentenceOf(ctx) : words.unreachable);
}, true);
