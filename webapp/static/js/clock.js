// A clock that goes on evenly, in milliseconds. The browser's two do not: Date jumps when somebody sets it, and
// performance stands still in most browsers while the machine sleeps.
const clock = (() => {
  const differ = () => Date.now() - performance.now();
  let [slept, before, asking] = [0, differ(), false];
  const now = () => performance.now() + slept;

  // A sleep and a step forwards look alike from here: the server knows how much time has passed. Where nobody answers
  // it is taken for a sleep, as it mostly is: what has passed its time must not be seen.
  async function wasAsleep(jump) {
    try {
      const answer = await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(2000) });
      const passed = Date.parse(answer.headers.get("Date")) - (now() + even.server);
      return !(passed < jump / 2);
    } catch {
      return true;
    }
  }

  // To be called often. A step backwards needs nothing: no sleep looks like it.
  async function checkJump() {
    const jump = differ() - before;
    if (asking || Math.abs(jump) < 2000) return;
    asking = true;
    if (jump > 0 && (await wasAsleep(jump))) slept += jump;
    before += jump;
    asking = false;
  }

  // `server`: what the server's clock is ahead of this one, once something on the page tells.
  const even = { now, checkJump, server: undefined };
  return even;
})();
