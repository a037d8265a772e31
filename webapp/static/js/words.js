// The scripts' sentences. Another language is another file with these names.
const words = (() => {
  const forms = new Intl.PluralRules(document.documentElement.lang);
  const plural = (n, sentences) => (sentences[forms.select(n)] ?? sentences.other).replace("%(count)s", n);
  // The zone of this page; the browser's own where it does not know that one.
  let { zone: timeZone, zoneSaid } = document.documentElement.dataset;
  try { new Intl.DateTimeFormat("en-GB", { timeZone }); } catch { timeZone = zoneSaid = undefined; }
  const format = (language, options) => new Intl.DateTimeFormat(language, { timeZone, ...options });
  const [clockTime, weekday] = [format("en-GB", { timeStyle: "short" }), format("en-GB", { weekday: "long" })];
  const [day, iso] = [format("en-GB", { day: "numeric", month: "long" }), format("sv")];
  const time = { format: (date) => [clockTime.format(date), zoneSaid].filter(Boolean).join(" ") };
  const midnight = (date) => Date.parse(iso.format(date));
  return {
    // Time left and time since, as in webapp/web/filters.py.
    days: (n) => plural(n, { one: "%(count)s day left", other: "%(count)s days left" }),
    daysAndHours: (n, hours) =>
      plural(n, { one: "%(count)s day %(hours)s h left", other: "%(count)s days %(hours)s h left" }).replace("%(hours)s", hours),
    hours: (n) => `${n} h left`,
    hoursAndMinutes: (n, minutes) => `${n} h ${minutes} min left`,
    minutes: (n) => `${n} min left`,
    moments: "moments left",
    now: "now",
    minutesAgo: (n) => `${n} min`,
    hoursAgo: (n) => `${n} h`,
    daysAgo: (n) => `${n} d`,
    gone: (when) => `Gone ${when}`,
    // "09:26" earlier today, "today at 10:26", "Thursday 09:30" within the next six days, else "7 December, 09:30".
    moment: (date, now = new Date()) => {
      const days = Math.round((midnight(date) - midnight(now)) / 86400000);
      if (!days) return date < now ? time.format(date) : `today at ${time.format(date)}`;
      return days > 0 && days < 7 ? `${weekday.format(date)} ${time.format(date)}` : `${day.format(date)}, ${time.format(date)}`;
    },
    parentGone: "replying to something now gone",
    thatIsGone: "That one is gone.",
    thread: "Thread",
    // Counts.
    fresh: (n) => plural(n, { other: "%(count)s new" }),
    freshReplies: (n) => plural(n, { one: "%(count)s new reply", other: "%(count)s new replies" }),
    replies: (n) => plural(n, { one: "%(count)s reply", other: "%(count)s replies" }),
    activities: (n) => (n ? ` · ${plural(n, { one: "%(count)s activity", other: "%(count)s activities" })}` : ""),
    andMore: (n) => plural(n, { other: "and %(count)s more" }),
    strip: (n) => ` ${plural(n, { one: "%(count)s vanishes within the hour", other: "%(count)s vanish within the hour" })} ›`,
    withinTheHour: (n) =>
      n ? ` ${plural(n, { one: "%(count)s activity vanishes within the hour.", other: "%(count)s activities vanish within the hour." })}`
      : " Nothing vanishes within the hour.",
    stub: "Something was here. It is gone now.",
    added: (n) => plural(n, { one: "%(count)s more", other: "%(count)s more" }),
    // The composer.
    fits: (n) => plural(n, { one: "%(count)s left", other: "%(count)s left" }),
    tooMany: (n) => plural(n, { one: "%(count)s character too long", other: "%(count)s characters too long" }),
    kept: "Draft kept",
    notKept: "Not saved",
    posting: "Posting…",
    tryAgain: "Try again",
    onItsOwn: "Post on its own",
    yourMessage: "Your message",
    // The menu.
    copied: "Link copied.",
    // Notices.
    close: "Close",
    unreachable: "Couldn't reach Mayfly. Nothing is lost. Check your connection and try again.",
    serverProblem: (status) => `Mayfly had a problem (${status}). Nothing is lost; try again.`,
    // The button of a password's field.
    show: "Show",
    showPassword: "Show password",
    // The button for light and dark, of those who are not signed in.
    theme: { light: "Theme: light", dark: "Theme: dark", system: "Theme: system" },
    switchTo: (theme, next) => `${theme}. Switch to ${next}`,
  };
})();
