// Printing and copying take a script: without one the buttons stay away, and the address is there to be selected.
const [copy, print] = ["copy", "print"].map((id) => document.getElementById(id));
print.hidden = false;
print.addEventListener("click", () => window.print());
if (copy) {
  copy.hidden = !navigator.clipboard; // there is none without https
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(".poster-link").textContent.trim());
    copy.textContent = document.getElementById("announcer").textContent = words.copied;
  });
}
