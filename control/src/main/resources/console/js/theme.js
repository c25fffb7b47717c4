// Light or dark: as the system says, until the switch says otherwise. The choice is remembered;
// it is the only thing that the console keeps in the browser.

const KEY = "roadstead-theme";

export function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function toggle() {
  const next = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A private window may refuse: then the choice holds as long as the page.
  }
}
