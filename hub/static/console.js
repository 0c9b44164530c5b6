// What the console's pages do beyond plain HTML: keys for the places, a page that renews itself, a value that
// ticks its own choice. Everything works without this file; it only saves hands and eyes.
"use strict";

const typing = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;

// The rail's keys. Never while somebody types, never with a modifier, so that no shortcut of the browser is taken.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  const place = document.querySelector(`.rail a[data-key="${CSS.escape(event.key)}"]`);
  if (!place) return;
  event.preventDefault();
  place.click();
});

// Typing another value chooses it; choosing it puts the cursor there.
document.addEventListener("input", (event) => {
  const choice = event.target.dataset.chooses && document.getElementById(event.target.dataset.chooses);
  if (choice && event.target.value) choice.checked = true;
});
document.addEventListener("change", (event) => {
  const other = event.target.dataset.opens && document.getElementById(event.target.dataset.opens);
  if (other && event.target.checked) other.focus();
});

// One side of a conflict as a whole; every field can still be chosen apart afterwards.
for (const button of document.querySelectorAll("[data-takes]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const radio of button.form.querySelectorAll("input[type=radio]")) {
      if (radio.value === button.dataset.takes) radio.checked = true;
    }
  });
}

// A second click on a slow night sends nothing twice.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// One form shows the fields its category asks for; the others wait folded and keep what was typed.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-shows-groups]")) return;
  showGroups(event.target);
});
function showGroups(select) {
  const wanted = (select.selectedOptions[0]?.dataset.groups || "").split(" ");
  for (const group of select.form.querySelectorAll("[data-group]")) {
    const filled = [...group.querySelectorAll("input, textarea")].some((input) => input.value);
    group.hidden = Boolean(select.value) && !wanted.includes(group.dataset.group) && !filled;
  }
  for (const word of select.form.querySelectorAll("[data-action-of]")) {
    word.hidden = word.dataset.actionOf !== select.value;
  }
}
document.querySelectorAll("[data-shows-groups]").forEach(showGroups);

// A page that stands open all night renews itself in place. Not while hidden, and not under somebody's hands.
const main = document.getElementById("main");
const every = Number(main?.dataset.renewSeconds || 0);
if (every) setInterval(renew, every * 1000);

async function renew() {
  if (document.hidden || typing(document.activeElement)) return;
  let answer;
  try {
    answer = await fetch(location.href, { headers: { "X-Renewal": "1" }, redirect: "manual" });
  } catch {
    main.dataset.stale = "";  // the time in the bar stays as it was, and so says how old the page is
    return;
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const held = main.contains(document.activeElement) ? document.activeElement.id : "";
  for (const part of ["#main", ".as-of", ".rail"]) {
    const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && now && old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
  }
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}
