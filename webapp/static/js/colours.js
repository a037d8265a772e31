// The theme button: light, dark, or the system's theme.
addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  if (!button) return;
  button.hidden = false;
  const { dataset } = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  // The first press must show a change: the theme that the system does not use, then the other one, then the system's.
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
    setTheme(theme);
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
    tell();
    document.getElementById("announcer").textContent = button.title;
  });
});
