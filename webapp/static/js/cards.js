// A card is a door: a press on it opens its thread, unless it was on something of its own, or selected text. The press is
// handed on to the link of the card, so that keys and other buttons mean what they mean on a link.
const enterCard = (event) => {
  const card = event.target.closest("article.activity");
  if (!card || event.defaultPrevented || event.target.closest("a, button, form, summary, .panel")) return;
  if (getSelection().type === "Range" || card.closest(".focus")) return;
  event.preventDefault();
  const left = event.target.closest("article span.left[title]");
  if (left) { // for some seconds when it ends exactly: a finger sees no title
    left.dataset.exact = "";
    left.textContent = left.title;
    return setTimeout(() => delete left.dataset.exact, 4000);
  }
  card.querySelector(".when").dispatchEvent(new MouseEvent(event.type, event));
};
document.addEventListener("click", enterCard);
document.addEventListener("auxclick", (event) => event.button === 1 && enterCard(event));
