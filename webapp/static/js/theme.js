// Runs before the first paint, so that nothing flashes or jumps: marks that scripts run, and sets the chosen theme.
document.documentElement.dataset.script = "";
if (localStorage.getItem("theme")) document.documentElement.dataset.theme = localStorage.getItem("theme");
