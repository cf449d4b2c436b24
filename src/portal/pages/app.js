// The only script: on pages that offer it, keep the page up to date. Everything works without it.
// The choice lasts as long as the tab, and nothing moves under somebody who reads: a hidden tab or
// one with a selection waits.
const box = document.getElementById("fresh");
const KEY = "beadle-fresh";
const EVERY_MS = 10000;

if (box) {
  box.closest("label").hidden = false;
  box.checked = sessionStorage.getItem(KEY) === "yes";
  box.addEventListener("change", () => sessionStorage.setItem(KEY, box.checked ? "yes" : "no"));
  setInterval(() => {
    if (box.checked && !document.hidden && getSelection().isCollapsed) location.reload();
  }, EVERY_MS);
}
