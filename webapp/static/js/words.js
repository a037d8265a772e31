// The scripts' catalogue: all that they say. Another language is another file with these names.
const words = (() => {
  const forms = new Intl.PluralRules(document.documentElement.lang);
  const plural = (n, sentences) => (sentences[forms.select(n)] ?? sentences.other).replace("%(count)s", n);
  return {
    // What is left of a life, and how long ago it began: as webapp/web/filters.py says it.
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
    stub: "An activity was here. Its time has passed.",
    // The composer.
    fits: (n) => plural(n, { one: "%(count)s left", other: "%(count)s left" }),
    tooMany: (n) => plural(n, { one: "%(count)s too many", other: "%(count)s too many" }),
    discard: "Discard it",
    // Notices.
    close: "Close",
    noAnswer: "No answer came. Nothing is lost: look at your connection and try again.",
    otherAnswer: (status) => `Something between here and the server answered ${status}. Nothing is lost; try again.`,
    // The button for light and dark. `change` follows the sentence of the present colours.
    colours: { light: "Colours: light", dark: "Colours: dark", system: "Colours: as the system" },
    change: (colours) => `${colours}. Change`,
  };
})();
