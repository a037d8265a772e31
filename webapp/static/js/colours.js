// The button for light and dark: by hand, or as the system has it. theme.js sets what was chosen before the first paint.
addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  if (!button) return;
  button.hidden = false;
  const { dataset } = document.documentElement;
  const tell = () => {
    button.title = words.colours[dataset.theme ?? "system"];
    button.setAttribute("aria-label", words.change(button.title));
  };
  tell();
  // As the system, then the other of the two, so that the first press shows, then the one, and as the system again.
  button.addEventListener("click", () => {
    const order = matchMedia("(prefers-color-scheme: dark)").matches ? ["light", "dark"] : ["dark", "light"];
    const next = order[order.indexOf(dataset.theme) + 1];
    if (next) localStorage.setItem("theme", (dataset.theme = next));
    else delete dataset.theme, localStorage.removeItem("theme");
    tell();
    document.getElementById("announcer").textContent = button.title;
  });
});
