// Dark or light as the reader chose, before anything is drawn; without a choice, as the system says (portail.css).
"use strict";
{
  const { documentElement } = document, KEY = "mrf-affichage";
  const kept = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const keep = theme => { try { localStorage.setItem(KEY, theme); } catch { /* a page of a disk may have no memory */ } };
  const asked = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (kept() ?? documentElement.dataset.theme ?? (asked.matches ? "dark" : "light")) === "dark";
  documentElement.dataset.theme = isDark() ? "dark" : "light";
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = theme => {
      documentElement.dataset.theme = theme;
      button.setAttribute("aria-pressed", String(theme === "dark"));
    };
    show(documentElement.dataset.theme);
    button.addEventListener("click", () => {
      const theme = documentElement.dataset.theme === "dark" ? "light" : "dark";
      keep(theme);
      show(theme);
    });
    asked.addEventListener("change", event => { if (!kept()) show(event.matches ? "dark" : "light"); });
  });
}
