// Runs before the first paint of every page: sets the theme that the person has chosen, and keeps it. Once somebody has
// signed out, what they wrote in chat and could not send is gone from the browser.
(() => {
  const KEY = "innstream.theme";
  const root = document.documentElement;
  root.dataset.script = "on";

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      // Storage is forbidden: the system decides.
      return null;
    }
  }

  function show(theme) {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    const choice = document.querySelector(`input[name="theme"][value="${root.dataset.theme ?? "system"}"]`);
    if (choice !== null) choice.checked = true;
  }

  function choose({ target }) {
    if (!(target instanceof HTMLInputElement) || target.name !== "theme") return;
    show(target.value);
    try {
      localStorage.setItem(KEY, target.value);
    } catch {
      // It holds for this page at least.
    }
  }

  const LEAVES = "innstream.leaves";
  /** As lib/chat/client/browser.ts keeps it, for each tab of a person. */
  const UNSENT = "innstream.chat.outgoing.";

  function leaves({ target }) {
    if (target.dataset?.person === undefined) return;
    try {
      sessionStorage.setItem(LEAVES, target.dataset.person);
    } catch {
      // Where it is forbidden nothing was kept either.
    }
  }

  /** Who pressed the button and is still signed in, since the server was not reached, keeps everything. */
  function hasLeft() {
    try {
      const person = sessionStorage.getItem(LEAVES);
      sessionStorage.removeItem(LEAVES);
      if (person === null || document.querySelector("form[data-person]") !== null) return;
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(`${UNSENT}${person}.`)) localStorage.removeItem(key);
      }
    } catch {
      // Likewise.
    }
  }

  document.addEventListener("submit", leaves);
  addEventListener("pageshow", hasLeft);

  show(stored());
  document.addEventListener("DOMContentLoaded", () => show(stored()));
  document.addEventListener("change", choose);
  // Another tab of the same person has changed it.
  addEventListener("storage", ({ key }) => key === KEY && show(stored()));
})();
