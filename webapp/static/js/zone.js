// Offers the device's time zone to who has not chosen one.
addEventListener("DOMContentLoaded", () => {
  const [offer, here] = [document.getElementById("zone-offer"), new Intl.DateTimeFormat().resolvedOptions().timeZone];
  if (!offer || !here || here === document.documentElement.dataset.zone) return;
  document.getElementById("zone-here").textContent = here.replaceAll("_", " ");
  document.getElementById("zone-yes").value = here;
  offer.hidden = false;
});
