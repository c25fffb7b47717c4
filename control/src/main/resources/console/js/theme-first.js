// Sets the chosen colours before the first paint. A classic script, because modules run after it.
// Private windows may refuse storage; then the system's colours hold.
try {
  const chosen = localStorage.getItem("roadstead-theme");
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // No storage, no choice to restore.
}
