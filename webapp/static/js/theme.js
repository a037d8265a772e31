// Runs before the first paint, so that nothing flashes or jumps: marks that scripts run, and sets the chosen theme.
document.documentElement.dataset.script = "";
const setTheme = (theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const system = `(prefers-color-scheme: ${meta.dataset.for})`;
    meta.media = !theme ? system : theme === meta.dataset.for ? "all" : "none";
  }
};
// The server says what the signed-in chose in Settings; it stays when they sign out.
const keptTheme = document.documentElement.dataset.theme ?? localStorage.getItem("theme");
if (keptTheme && keptTheme !== "system") {
  setTheme(keptTheme);
  localStorage.setItem("theme", keptTheme);
}
