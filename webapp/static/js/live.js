// What others do while a page is open: what is gone leaves, what is new waits. One tab of a browser listens to the stream
// and tells the others; a page that hears nothing asks instead. Events hold numbers, never a text.
(() => {
  const feed = document.querySelector("#feed[data-read]");
  const mine = document.getElementById("acts") && document.getElementById("nav-me")?.pathname.slice(2); // the handle of whom this page is
  const QUIET = mine ? 25_000 : 9_000; // ms without a word until a page asks: signed out it has no stream
  const thread = document.getElementById("replies");
  const unseen = new Set(); // numbers of what is new and not drawn
  const waiting = new Set(); // those of them that this page has room for
  const parents = new Map(); // of what is new: the number of what it replies to
  const card = document.querySelector("article[data-left]");
  // The database's time of what this page shows, in seconds.
  let since = (feed ? Date.parse(feed.dataset.read)
    : card ? Date.parse(card.querySelector("header time").dateTime) + Number(card.dataset.whole) - card.dataset.left : 0) / 1000;
  let [heard, asked, source, channel, leaving, pill, out, asking] = [Date.now(), Date.now()];

  const cardOf = (number) => document.getElementById(`activity-${number}`);
  // Whether it belongs below this thread's activity, and which of those that wait do.
  const belongs = (number) => {
    const parent = parents.get(number);
    return cardOf(parent) ? cardOf(parent).closest(".focus, #replies") : waiting.has(parent) && belongs(parent);
  };
  const below = () => (thread && document.querySelector(".focus > article") ? [...waiting].filter(belongs) : []);

  function show() {
    const count = waiting.size > 99 ? "99+" : waiting.size;
    document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
    const fresh = feed ? waiting.size && words.fresh(count) : below().length && words.freshReplies(below().length);
    pill ??= Object.assign(document.createElement("button"), { type: "button", id: "new", className: "new" });
    if (!fresh) return pill.remove();
    if (!pill.isConnected) document.getElementById("announcer").textContent = fresh;
    if (!pill.isConnected) (feed ?? thread).before(pill);
    pill.textContent = fresh;
  }

  function receive({ at, ends, new: numbers, ask: askAgain }) {
    [heard, since] = [Date.now(), Math.max(since, at)];
    for (const [number, { parent, feeds }] of Object.entries(numbers)) {
      if (cardOf(number) || parents.has(number)) continue;
      unseen.add(number);
      if (!feed || feeds.includes(feed.dataset.feed)) waiting.add(number);
      parents.set(number, parent);
      countReply(cardOf(parent), 1);
    }
    for (const [number, left] of Object.entries(ends)) {
      if (!left && unseen.delete(number)) countReply(cardOf(parents.get(number)), -1);
      if (!left) waiting.delete(number);
      document.querySelectorAll(`#activity-${number}, [data-number="${number}"]`).forEach((each) => moveEnd(each, at * 1000, left));
    }
    show();
    if (askAgain) setTimeout(ask, Math.random() * 1000);
  }

  // The page is of somebody who is signed in no more: what was typed is not thrown away. It listens again once they are.
  function changeViewer() {
    stop();
    out = true;
    const typed = (box) => box.value !== box.defaultValue;
    if (!draftForms().some(unsaved) && ![...document.querySelectorAll("textarea")].some(typed)) location.reload();
  }

  async function ask() {
    heard = asked = Date.now();
    const shown = [...document.querySelectorAll("article[data-left], [data-number]")].map((each) => each.dataset.number ?? each.id.slice(9));
    const numbers = [...new Set([...unseen, ...shown])];
    try {
      do {
        const query = new URLSearchParams({ numbers: numbers.splice(0, 100), ...(since && { since: since.toFixed(3) }) });
        const response = await fetch(`/alive?${query}`, { signal: AbortSignal.timeout(5000) });
        const reply = response.redirected ? { handle: null } : await response.json();
        if (mine && reply.handle !== mine) return changeViewer();
        receive(reply);
        if (out) {
          out = false;
          join();
        }
      } while (numbers.length);
    } catch { /* away: asked again soon */ }
  }

  // What waits may expire, of which nothing tells.
  const due = () => Date.now() - heard > QUIET || (waiting.size && Date.now() - asked > 60_000);
  const check = () => document.hidden || ((out || due()) && ask());

  function listen() {
    source = new EventSource(since ? `/stream?since=${since.toFixed(3)}` : "/stream");
    source.onmessage = ({ data }) => {
      channel?.postMessage(data);
      receive(JSON.parse(data));
    };
    source.addEventListener("over", changeViewer);
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return; // the page was left, or the browser comes back by itself
      leaving.retry = setTimeout(listen, 60_000); // full, or signed out
      ask();
    };
  }

  function join() {
    if (!mine || out || leaving || !window.EventSource) return;
    leaving = new AbortController();
    const { signal } = leaving;
    if (!navigator.locks) return listen(); // over plain http
    channel = new BroadcastChannel(`live ${mine}`);
    channel.onmessage = ({ data }) => receive(JSON.parse(data));
    navigator.locks.request(`live ${mine}`, { signal }, () => new Promise((done) => {
      signal.addEventListener("abort", done);
      if (!signal.aborted) listen();
    })).catch(() => {});
    setTimeout(() => source || signal.aborted || ask(), 500); // another tab leads, and told it before this one heard
  }

  // Another tab may lead then.
  function stop() {
    leaving?.abort();
    clearTimeout(leaving?.retry);
    source?.close();
    channel?.close();
    source = channel = leaving = undefined;
  }

  addEventListener("pagehide", stop); // an open stream would keep a page out of the back/forward cache
  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted) return;
    // Nothing that is gone may be painted, for however short a time.
    document.documentElement.dataset.asking = "";
    tick(true);
    await Promise.race([ask(), new Promise((done) => setTimeout(done, 1000))]);
    tick(true);
    delete document.documentElement.dataset.asking;
    join();
  });
  addEventListener("online", ask);
  addEventListener("focus", check);
  document.addEventListener("visibilitychange", check);
  setInterval(check, 5000);
  join();

  // The cards that wait, above those that are there; with more than a part of the feed, the page from its beginning.
  // A thread's replies come all, since each has its place. The browser's scroll anchoring holds what one reads.
  document.addEventListener("click", ({ target }) => {
    if (target !== pill) return;
    asking = below();
    if (thread) return htmx.ajax("GET", location.pathname, { source: pill, target: "#replies", swap: "innerMorph" });
    if (waiting.size > 19) return location.assign(location.pathname);
    htmx.ajax("GET", location.pathname, { source: pill, target: "#feed", swap: "afterbegin" });
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    if (ctx.sourceElement !== pill || thread || ctx.response.status !== 200) return;
    tasks.splice(1); // what follows the feed stays
    tasks[0].fragment.querySelectorAll("article").forEach((card) => document.getElementById(card.id) && card.remove());
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const drop = (number) => unseen.delete(number) && waiting.delete(number);
    [...unseen].filter(cardOf).forEach(drop);
    if (ctx.sourceElement === pill) {
      [...(feed ? waiting : asking)].forEach(drop); // what is not there has gone meanwhile
      (feed ?? cardOf(asking.find(cardOf)))?.querySelector(".when")?.focus({ preventScroll: true });
    }
    show();
  });
})();
