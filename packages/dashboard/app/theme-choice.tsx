import { useState } from 'react'
import { chooseTheme, storedTheme, type Theme, themes } from './theme.ts'

const themeTexts: Readonly<Record<Theme, string>> = {
  system: 'Automatic',
  light: 'Light',
  dark: 'Dark',
}

/** A button that leads from one theme to the next. */
export function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      className="quiet theme"
      aria-label={`${themeTexts[theme]} colours; change to ${themeTexts[next].toLowerCase()}`}
      title={`${themeTexts[theme]} colours`}
      onClick={() => {
        chooseTheme(next)
        setTheme(next)
      }}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        {theme === 'system' && <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />}
        {theme === 'dark' && <circle cx="8" cy="8" r="6.25" fill="currentColor" />}
      </svg>
      <span className="theme-name">{themeTexts[theme]}</span>
    </button>
  )
}
