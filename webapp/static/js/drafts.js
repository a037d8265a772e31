// The server keeps what is typed in a composer: a second after the last key, and when the page is left. One save at a
// time; its key and version say what it continues, so that it overwrites nothing newer.
const drafts = new WeakMap();
const draftForms = () => (document.getElementById("acts") ? [...document.querySelectorAll("form.composer[id]")] : []); // of who is signed in
const typedIn = ({ elements }) => (elements.message.value.trim() ? `${elements.ttl.value} ${elements.audience?.value} ${elements.message.value}` : "");
function draftOf(form) {
  if (!drafts.has(form)) drafts.set(form, { saved: form.querySelector(".kept time") ? typedIn(form) : "" });
  return drafts.get(form);
}
// A text that somebody else began is not saved.
const unsaved = (form) => form.matches(":not([data-sent], [data-anothers])") && typedIn(form) !== draftOf(form).saved;
// crypto.randomUUID stands on secure pages alone.
const newKey = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

function saveSoon(form) {
  const draft = draftOf(form);
  clearTimeout(draft.timer);
  draft.since ??= Date.now();
  draft.timer = setTimeout(() => saveDraft(form), Math.max(0, Math.min(1000, draft.since + 5000 - Date.now())));
}

async function saveDraft(form, leaving = false) {
  const draft = draftOf(form);
  const typed = typedIn(form);
  clearTimeout(draft.timer);
  if (!unsaved(form) || draft.sending === typed || (draft.sending !== undefined && !leaving)) return;
  const { key, version, csrf_token } = form.elements;
  const before = version.value;
  const body = new URLSearchParams(new FormData(form));
  [version.value, draft.sending, draft.since] = [Number(before) + 1, typed, undefined]; // a save on leaving comes after this one
  const headers = { "HX-Request-Type": "partial" };
  draft.settled = fetch("/drafts", { method: "POST", body, headers, keepalive: leaving }).then((reply) => reply.json()).catch(() => ({}));
  const told = await draft.settled;
  delete draft.sending;
  if (told.key) [key.value, version.value] = [told.key, told.version];
  else version.value = before;
  if (told.csrf_token) csrf_token.value = told.csrf_token; // the same person signed in again
  const other = told.posted && form.isConnected && !draft.sent; // another page posted under this key
  if (other) [key.value, version.value] = [newKey(), 0];
  draft.failed = !(told.key || told.posted || told.csrf_token);
  if (!draft.failed && !told.csrf_token && !other) draft.saved = typed;
  form.querySelector(".kept").textContent = draft.failed ? words.notKept : typed && told.key ? words.kept : "";
  if (!typed) form.querySelector("button[data-discard]")?.remove();
  if (told.posted && draft.restored && !other) refresh(form);
  else if (!draft.failed && form.isConnected && unsaved(form)) saveSoon(form);
}

// The composer as the server would draw it now, unless somebody types meanwhile. The form's values do not go along.
function refresh(form) {
  const { dataset, elements } = form;
  if ("orphan" in dataset || (dataset.place === "slot" && !elements.message.value)) return;
  const asked = new URLSearchParams(dataset.place === "page" ? location.search : "");
  asked.set("at", dataset.place);
  if (elements.reply_to_activity_uuid) asked.set("reply_to", elements.reply_to_activity_uuid.value);
  draftOf(form).asked = elements.message.value;
  htmx.ajax("GET", `/compose?${asked}`, { source: form.querySelector(".composer-hint"), target: form, swap: "outerHTML" });
}
addEventListener("htmx:before:swap", (event) => {
  const form = event.detail.ctx.sourceElement?.closest?.("form.composer");
  if (form && event.detail.ctx.sourceElement !== form && form.elements.message.value !== draftOf(form).asked) event.preventDefault();
}, true);

function meetForms() {
  for (const form of draftForms()) if (unsaved(form)) saveSoon(form);
  document.querySelectorAll(".kept time").forEach((time) => (time.textContent = words.moment(new Date(time.dateTime))));
}
document.addEventListener("htmx:after:swap", meetForms);
addEventListener("DOMContentLoaded", () => {
  meetForms();
  // The page before was left before its text was saved: this one was drawn without it, and the save may take a moment.
  const late = () => draftForms().filter((form) => !form.elements.message.value).forEach(refresh);
  if (sessionStorage.getItem("unsaved")) for (const moment of [0, 700, 3000]) setTimeout(late, moment);
  sessionStorage.removeItem("unsaved");
});
document.addEventListener("input", ({ target }) => target.form?.matches(".composer[id]") && saveSoon(target.form));
document.addEventListener("click", (event) => {
  const press = event.target.closest("[data-discard]");
  const form = press?.closest("form.composer");
  if (!form) return;
  form.elements.message.value = "";
  saveDraft(form, true);
  if (!press.matches("button")) return;
  event.preventDefault();
  form.elements.message.focus();
});

// On leaving. Where the server cannot be reached the browser asks first.
function leave(event) {
  for (const form of draftForms().filter(unsaved)) {
    if (event.type !== "visibilitychange") sessionStorage.setItem("unsaved", "1");
    if (event.type === "beforeunload" && draftOf(form).failed) event.preventDefault();
    saveDraft(form, true);
  }
}
for (const name of ["beforeunload", "pagehide"]) addEventListener(name, leave);
document.addEventListener("visibilitychange", (event) => document.hidden && leave(event));
// WebKit resets the fields of a page that it takes from its cache: to what they held when it was left.
addEventListener("pagehide", () => {
  const fields = draftForms().flatMap((form) => [...form.elements]);
  for (const field of fields) [field.defaultValue, field.defaultChecked] = [field.value, field.checked];
});
// What could not be saved is saved when the network is back.
addEventListener("online", () => draftForms().filter(unsaved).forEach((form) => saveDraft(form)));
// Back from the browser's cache: another page may have posted or changed what stands here.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of draftForms()) {
    settle(form);
    draftOf(form).restored = true;
    unsaved(form) ? saveDraft(form) : refresh(form);
  }
});
