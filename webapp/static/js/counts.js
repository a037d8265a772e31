// What on the page counts an activity, or names it, follows when it goes.
const counted = new Set();
function lower(element, sentence) {
  const count = Number(/\d+\+?/.exec(element?.textContent)?.[0]); // "999+" is not known
  if (count) element.textContent = sentence(count - 1);
  return count - 1;
}

// One reply more, or less.
function countReply(card, by) {
  const link = card?.querySelector(".act-reply");
  const before = Number(link?.textContent); // NaN: not known, or over 999
  if (!(before + by >= 0)) return;
  const now = before + by;
  const name = before ? link.ariaLabel.replace(/(, )?\d+ \D*$/, "") : link.ariaLabel;
  link.textContent = now || "";
  link.ariaLabel = [name, now && words.replies(now)].filter(Boolean).join(", ");
}

function uncount(element) {
  const number = element.dataset.number ?? element.id.slice(9);
  if (element.matches(".replying") || counted.has(number)) return;
  counted.add(number);
  if (element.dataset.left < 3_600_000) { // it was among those of the hour
    lower(document.querySelector(".caught-up")?.lastChild, words.withinTheHour);
    const strip = document.querySelector(".strip");
    if (strip && !lower(strip.lastChild, words.strip)) strip.remove();
    const more = document.querySelector(".vanishing ul ~ .quiet-text");
    if (more && !document.querySelector(`.vanishing li[data-number="${number}"]`) && !lower(more.querySelector("a") ?? more, words.andMore)) more.remove();
  }
  if (!element.matches("article")) return;
  lower(document.getElementById("alive"), words.activities);
  const above = element.querySelector(".replying a")?.getAttribute("href");
  if (above) countReply(document.querySelector(`.when[href="${above}"]`)?.closest("article"), -1);
  if (element.parentElement.matches(".focus")) unname();
}

// The thread's activity is gone: nothing on its page names its author, its words or its times.
function unname() {
  document.querySelectorAll(".thread-title h1, .span, .replies + .empty").forEach((each) => each.remove());
  document.title = document.title.replace(/^(\(\d+\+?\) )?.* · /, (_, count = "") => `${count}${words.thread} · `);
  document.querySelector("meta[name=description]").content = "";
}
