// The scripts' sentences. Another language is another file with these names.
const words = (() => {
  const forms = new Intl.PluralRules(document.documentElement.lang);
  const plural = (n, sentences) => (sentences[forms.select(n)] ?? sentences.other).replace("%(count)s", n);
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
  return {
    // Time left and time since, as in webapp/web/filters.py.
    days: (n) => plural(n, { one: "%(count)s day left", other: "%(count)s days left" }),
    hours: (n) => plural(n, { one: "%(count)s hour left", other: "%(count)s hours left" }),
    minutes: (n) => plural(n, { one: "%(count)s minute left", other: "%(count)s minutes left" }),
    aMinute: "a minute left",
    moments: "moments left",
    now: "now",
    minutesAgo: (n) => `${n} min`,
    hoursAgo: (n) => `${n} h`,
    daysAgo: (n) => `${n} d`,
    gone: (when) => `Gone ${when}`,
    // A moment within a month: "09:26" earlier today, "today at 10:26", "7 December, 09:30".
    moment: (date) =>
      date.toDateString() !== new Date().toDateString() ? `${day.format(date)}, ${time.format(date)}`
      : date < new Date() ? time.format(date) : `today at ${time.format(date)}`,
    parentGone: "replying to something now gone",
    thatIsGone: "That one is gone.",
    thread: "Thread",
    yourReply: "Your reply",
    // Counts.
    fresh: (n) => plural(n, { other: "%(count)s new" }),
    replies: (n) => plural(n, { one: "%(count)s reply", other: "%(count)s replies" }),
    activities: (n) => (n ? ` · ${plural(n, { one: "%(count)s activity", other: "%(count)s activities" })}` : ""),
    more: (n) => plural(n, { other: "and %(count)s more" }),
    withinTheHour: (n) =>
      n ? ` ${plural(n, { one: "%(count)s activity vanishes within the hour.", other: "%(count)s activities vanish within the hour." })}`
      : " Nothing vanishes within the hour.",
    stub: "Something was here. It is gone now.",
    // The composer.
    fits: (n) => plural(n, { one: "%(count)s left", other: "%(count)s left" }),
    tooMany: (n) => plural(n, { one: "%(count)s character too long", other: "%(count)s characters too long" }),
    discard: "Discard it",
    // Notices.
    close: "Close",
    unreachable: "Couldn't reach Mayfly. Your text is safe. Check your connection and try again.",
    serverProblem: (status) => `Mayfly had a problem (${status}). Your text is safe; try again.`,
    // The button for light and dark.
    theme: { light: "Theme: light", dark: "Theme: dark", system: "Theme: system" },
    switchTo: (theme, next) => `${theme}. Switch to ${next}`,
  };
})();
