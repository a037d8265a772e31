// The theme's button: light, dark, or the system's.
addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  if (!button) return;
  button.hidden = false;
  const { dataset } = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  // From the system's theme to the other, so that the first press shows, then back, then the system's again.
  const next = () => {
    const order = dark.matches ? ["light", "dark"] : ["dark", "light"];
    return order[order.indexOf(dataset.theme) + 1];
  };
  const tell = () => {
    button.title = words.theme[dataset.theme ?? "system"];
    button.setAttribute("aria-label", words.switchTo(button.title, next() ?? "system"));
  };
  tell();
  dark.addEventListener("change", tell);
  button.addEventListener("click", () => {
    const theme = next();
    if (theme) localStorage.setItem("theme", (dataset.theme = theme));
    else delete dataset.theme, localStorage.removeItem("theme");
    tell();
    document.getElementById("announcer").textContent = button.title;
  });
});
