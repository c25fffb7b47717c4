// Addresses are paths, and the server answers each with the same page: a link can be kept and sent.

/** The parts of the current address, decoded: ["services", "orders", "logs"]. */
export const parts = () => location.pathname.split("/").filter(Boolean).map(decoded);

/** The query of the current address. */
export const query = () => new URLSearchParams(location.search);

/** The address of a page. */
export const link = (...names) => "/" + names.map(encodeURIComponent).join("/");

/** Goes to a page of the console. */
export function go(address) {
  history.pushState(null, "", address);
  dispatchEvent(new Event("arrived"));
}

/** Changes the query without a step in the browser's history. */
export function remember(values) {
  const next = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  history.replaceState(null, "", next.size === 0 ? location.pathname : `${location.pathname}?${next}`);
}

/** Lets links within the console draw the next page instead of loading it. */
export function start() {
  addEventListener("popstate", () => dispatchEvent(new Event("arrived")));
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!anchor || !plain || event.defaultPrevented || anchor.origin !== location.origin || anchor.dataset.plain !== undefined) {
      return;
    }
    event.preventDefault();
    if (anchor.href !== location.href) {
      go(anchor.href);
    }
  });
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
