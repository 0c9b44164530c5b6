// What scripts add to the officer's pages; each page works without them. No data is kept here.
"use strict";

const SHAPES = [[3, 30], [2, 36], [2, 44]];
const QUIET_MS = 350; // a reader that sends no last Enter is done when it has been quiet for so long
const BURST_MS = 60; // people leave more time than this between two keys; readers do not
const CALM_MS = 300; // a reader's last Enter must not press a button of the page it just opened

const mrz = document.getElementById("mrz");
const count = document.getElementById("mrz-count");
const decide = document.getElementById("decide");
setTimeout(() => { document.documentElement.dataset.calm = "1"; }, CALM_MS);

// --- a refused form: the cursor stands in the first wrong field ---
if (!document.querySelector("[autofocus]")) document.querySelector("[aria-invalid]")?.focus();

// --- once only: a form that is on its way is not sent again ---
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-theme-switch]")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// --- the scan field ---
function lines() {
  return mrz.value.split(/\r\n|\n|\r/).map((line) => line.trim()).filter(Boolean);
}

function complete(found) {
  if (found.length === 1) return SHAPES.some(([n, width]) => found[0].length === n * width);
  return SHAPES.some(([n, width]) => found.length === n && found.every((line) => line.length === width));
}

function showCount() {
  const found = lines();
  const whole = complete(found);
  count.classList.toggle("full", whole);
  if (!found.length) { count.textContent = count.dataset.empty; return whole; }
  const width = [30, 36, 44].find((w) => Math.max(...found.map((line) => line.length)) <= w) ?? 44;
  count.textContent = found
    .slice(0, 3)
    .map((line, i) => `${count.dataset.line} ${i + 1}: ${String(line.length).padStart(2)} ${line.length === width ? "✓" : `${count.dataset.of} ${width}`}`)
    .join("\n");
  return whole;
}

let typedAt = 0;
let slow = 0;
let timer = 0;
function send() {
  clearTimeout(timer);
  mrz.form.elements.source.value = slow > 20 ? "typed" : "scan";
  mrz.form.requestSubmit();
}

if (mrz) {
  mrz.addEventListener("input", () => {
    const now = performance.now();
    if (now - typedAt > BURST_MS) slow += 1;
    typedAt = now;
    if (!mrz.value) slow = 0;
    clearTimeout(timer);
    if (showCount()) timer = setTimeout(send, QUIET_MS);
  });
  mrz.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const found = lines();
    const ended = /\n\s*$/.test(mrz.value) && found.length > 1;
    if (event.ctrlKey || ended || complete(found)) { event.preventDefault(); send(); return; }
    if (!found.length) event.preventDefault();
  });
  showCount();
  if (document.activeElement === mrz) mrz.select(); // the next scan takes the place of one that could not be read
}

// --- a document laid on the reader while the cursor stands elsewhere: what it types belongs to the scan ---
let before = null;
let keyAt = 0;
document.addEventListener("beforeinput", (event) => {
  const field = event.target;
  if (!mrz || field === mrz || !field.matches("input:not([type=password]), textarea")) return;
  const now = performance.now();
  if (!before || before.field !== field || now - keyAt > 150) before = { field, value: field.value, at: field.selectionStart };
  keyAt = now;
  if (event.data !== "<") return;
  event.preventDefault();
  const start = field.value.slice(before.at, field.selectionStart);
  field.value = before.value;
  mrz.value = `${start}<`;
  mrz.focus();
  mrz.setSelectionRange(mrz.value.length, mrz.value.length);
  mrz.dispatchEvent(new Event("input"));
});

// --- Enter walks: an empty plate leads on to the decision, a typed one asks the list first ---
if (decide) {
  for (const field of decide.elements) {
    if (!field.matches("input[type=text]")) continue;
    const was = field.value;
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      const changed = [...decide.elements].some((other) => other.matches("input[type=text]") && other.value !== other.defaultValue);
      if (changed || field.value !== was) return; // the form's first button: ask the list
      event.preventDefault();
      document.getElementById(`decision-${decide.dataset.next}`)?.focus();
    });
  }
}
if (mrz) document.addEventListener("keydown", calm, true);
function calm(event) {
  if (event.key === "Enter" && (event.repeat || !document.documentElement.dataset.calm)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

// --- photos: one press opens the camera, and what it took goes in under that name ---
const photos = document.querySelector(".photos[data-bytes-max]");
const file = document.getElementById("f-photo");
if (photos && file) {
  const says = document.getElementById("photo-says");
  let pressed = null;
  photos.classList.add("scripted");
  for (const button of photos.querySelectorAll("[data-photo]")) {
    button.addEventListener("click", (event) => {
      if (file.files.length) return;
      event.preventDefault();
      pressed = button;
      file.click();
    });
  }
  file.addEventListener("change", () => {
    if (!file.files.length) return;
    const large = file.files[0].size > Number(photos.dataset.bytesMax);
    says.textContent = large ? says.dataset.large : pressed ? says.dataset.sending : "";
    if (large) { file.value = ""; return; }
    if (pressed) decide.requestSubmit(pressed);
  });
}

// --- letters: typing A … J ticks them while the box is open ---
const letters = document.getElementById("letters");
if (letters) {
  letters.addEventListener("toggle", () => {
    if (letters.open) letters.querySelector("input[type=checkbox]")?.focus();
  });
  letters.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { letters.open = false; letters.querySelector("summary").focus(); event.stopPropagation(); return; }
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      letters.querySelector("button[name=decision]").focus();
      return;
    }
    const box = letters.querySelector(`input[data-letter="${CSS.escape(event.key.toUpperCase())}"]`);
    if (box && !event.ctrlKey && !event.altKey) { box.checked = !box.checked; box.focus(); event.preventDefault(); }
  });
}

// --- keys shown on the buttons ---
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey) return;
  if (event.altKey) { // what accesskey does in Chromium, in every browser
    const link = /^[a-z]$/i.test(event.key) && document.querySelector(`a[accesskey="${event.key.toLowerCase()}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target) {
    event.preventDefault();
    if (target.matches("summary, button.info") || target.id.startsWith("decision-") || target.dataset.twice) target.focus();
    target.click();
  } else if (event.key === "Escape" && mrz) {
    event.preventDefault();
    mrz.focus();
    mrz.select();
  }
});

// --- throwing away takes two presses ---
for (const button of document.querySelectorAll("[data-twice]")) {
  const words = button.querySelector("span");
  const plain = words.textContent;
  button.addEventListener("click", (event) => {
    if (words.textContent === button.dataset.twice) return;
    event.preventDefault();
    button.style.setProperty("min-width", `${button.offsetWidth}px`);
    words.textContent = button.dataset.twice;
  });
  button.addEventListener("blur", () => { words.textContent = plain; });
}

// --- the signals stay true on a page that stands open; asking for them is no activity of the officer's ---
const bar = document.getElementById("bar");
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(bar.dataset.from, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    bar.replaceChildren(...page.body.childNodes);
  } catch {
    bar.firstElementChild?.classList.add("stale"); // the node itself does not answer: what stands there is old
  }
}
if (bar) setInterval(refresh, 15000);
