// Before the first paint, so that nothing flashes or jumps: the colours that were chosen, and the mark that scripts run.
document.documentElement.dataset.script = "";
if (localStorage.getItem("theme")) document.documentElement.dataset.theme = localStorage.getItem("theme");
