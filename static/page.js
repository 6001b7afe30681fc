// Runs before the first paint of every page: sets the theme that the person has chosen, and keeps it.
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

  show(stored());
  document.addEventListener("DOMContentLoaded", () => show(stored()));
  document.addEventListener("change", choose);
  // Another tab of the same person has changed it.
  addEventListener("storage", ({ key }) => key === KEY && show(stored()));
})();
