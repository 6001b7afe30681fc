// The filter of the reference, and links into parts of it that are closed.
(() => {
  const input = document.getElementById("filter");
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll("[data-words]")].map((item) => ({
    item,
    words: item.dataset.words.toLowerCase(),
  }));
  const parts = [...document.querySelectorAll(".docs-part")];

  function filter() {
    const asked = input.value.trim().toLowerCase().split(/\s+/);
    const isAll = asked.join("") === "";
    let count = 0;
    for (const { item, words } of items) {
      const isShown = asked.every((word) => words.includes(word));
      item.hidden = !isShown;
      if (isShown) count++;
    }
    for (const part of parts) {
      part.hidden = !isAll && part.querySelector("[data-words]:not([hidden])") === null;
    }
    found.textContent = isAll ? "" : count === 0 ? "Nothing has these words" : `${count} found`;
  }

  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target === null) return;
    if (target.hidden || target.closest("[hidden]") !== null) {
      input.value = "";
      filter();
    }
    if (target instanceof HTMLDetailsElement) target.open = true;
    target.scrollIntoView();
  }

  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    input.value = "";
    filter();
    input.blur();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
  addEventListener("hashchange", open);
  open();
})();
