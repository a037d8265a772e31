// A steady clock in milliseconds. Date jumps when somebody sets it, and performance stops in most browsers while the
// machine sleeps.
const clock = (() => {
  const differ = () => Date.now() - performance.now();
  let [slept, before, asking] = [0, differ(), false];
  const now = () => performance.now() + slept;

  // A sleep and a step forwards look alike here; the server's date shows how much time passed. Without a response
  // assume a sleep: what has expired must not be seen.
  async function wasAsleep(jump) {
    try {
      const response = await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(2000) });
      const passed = Date.parse(response.headers.get("Date")) - (now() + even.server);
      return !(passed < jump / 2);
    } catch {
      return true;
    }
  }

  // Call it often. A backward step is never a sleep.
  async function checkJump() {
    const jump = differ() - before;
    if (asking || Math.abs(jump) < 2000) return;
    asking = true;
    if (jump > 0 && (await wasAsleep(jump))) slept += jump;
    before += jump;
    asking = false;
  }

  // `server`: how far the server's clock is ahead of this one, known from the first card on.
  const even = { now, checkJump, server: undefined };
  return even;
})();
