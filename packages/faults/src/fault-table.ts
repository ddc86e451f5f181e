import type { FaultOutcome } from './fault.ts'

/** The outcomes as a table in Markdown, with their notes below. */
export function faultTable(outcomes: readonly FaultOutcome[]): string {
  const rows = outcomes.map(({ fault, tries, survived, lost, redonePercent, overdone }) => {
    const redone = redonePercent === null ? '–' : redonePercent.toFixed(1)
    return `| ${fault} | ${tries} | ${survived} | ${lost} | ${redone} | ${overdone ?? '–'} |`
  })
  const notes = outcomes.flatMap(({ fault, notes: own }) =>
    own.map((note) => `- ${fault}: ${note}`),
  )
  const head = [
    '| fault | tries | survived | lost | redone work, % at most | redid too much |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
  ]
  return [...head, ...rows, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}
