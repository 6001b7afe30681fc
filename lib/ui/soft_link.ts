/** A link that leads to another state of the same page: with script the page takes it, and the address follows. */
export function softLink(href: string, take: () => void) {
  return {
    href,
    onClick(event: MouseEvent) {
      // Whoever wants it in another tab gets it there.
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      history.replaceState(history.state, "", href);
      take();
    },
  };
}
