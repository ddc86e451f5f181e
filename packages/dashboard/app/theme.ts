/** Light, dark, or as the system says. */
export const themes = ['system', 'light', 'dark'] as const
/** One of {@link themes}. */
export type Theme = (typeof themes)[number]

const key = 'cairn.theme'

/** What was chosen here before. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(key)
    return themes.find((theme) => theme === stored) ?? 'system'
  } catch {
    // A browser may keep nothing for the page; then it is as the system says.
    return 'system'
  }
}

/** Shows a theme, and keeps it for the next visit where that can be. */
export function chooseTheme(theme: Theme): void {
  applyTheme(theme)
  try {
    localStorage.setItem(key, theme)
  } catch {
    // It holds until the page is closed.
  }
}

/** Shows a theme. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  dispatchEvent(new Event('themechange'))
}
