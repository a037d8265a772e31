// Light or dark by hand or as the system has it, and the mark that scripts run. Before the first paint, so that nothing flashes or jumps.
document.documentElement.dataset.script = "";
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  if (!button) return;
  button.hidden = false;
  const { dataset } = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  // As the system, then the other of the two, so that the first press shows, then the one, and as the system again.
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
