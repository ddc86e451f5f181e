import { count, percent } from './amounts.ts'

/** Languages that have a colour of their own; the rest are one. */
const shownLanguages = 7

/** Files by language, as one bar and in words. */
export function LanguageBar({ languages }: { languages: Readonly<Record<string, number>> }) {
  const sorted = Object.entries(languages).toSorted(([, one], [, other]) => other - one)
  const total = sorted.reduce((sum, [, files]) => sum + files, 0)
  if (total === 0) return <p className="muted">Known when the plan is made.</p>
  const rest = sorted.slice(shownLanguages).reduce((sum, [, files]) => sum + files, 0)
  const shown = [
    ...sorted.slice(0, shownLanguages),
    ...(rest > 0 ? [[`${sorted.length - shownLanguages} more`, rest] as const] : []),
  ]
  return (
    <div className="languages">
      <div className="language-bar" aria-hidden="true">
        {shown.map(([language, files], index) => (
          <span
            key={language}
            data-series={index + 1}
            style={{ flexGrow: files }}
            title={`${language}: ${count(files)}`}
          />
        ))}
      </div>
      <ul>
        {shown.map(([language, files], index) => (
          <li key={language}>
            <span className="swatch" data-series={index + 1} aria-hidden="true" />
            {language} <span className="number">{count(files)}</span>
            <span className="number muted">{percent((100 * files) / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
