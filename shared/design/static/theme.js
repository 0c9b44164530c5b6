// The theme switch without a reload: what is half typed stays. Without scripts the same form posts and the server
// sets the same cookie.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-theme-switch]")) return;
  event.preventDefault();
  const root = document.documentElement;
  const theme = root.dataset.theme === "night" ? "day" : "night";
  root.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=strict`;
  form.elements.theme.value = theme === "night" ? "day" : "night";
  const button = form.querySelector("button");
  button.textContent = theme === "night" ? button.dataset.day : button.dataset.night;
});
