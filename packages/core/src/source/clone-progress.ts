/** How far a clone or fetch is. */
export interface CloneProgress {
  /** 0–100 over the whole of cloning; never falls. */
  readonly percent: number
  /** Git objects of the current operation. */
  readonly processed: number
  readonly total: number
  /** What git does, for example `Receiving objects`. */
  readonly operation: string
}

// Shares of the whole, by what they take over a network: most of it is receiving.
const phases: ReadonlyArray<readonly [operation: string, from: number, to: number]> = [
  ['Counting objects', 0, 5],
  ['Compressing objects', 5, 10],
  ['Receiving objects', 10, 85],
  ['Unpacking objects', 10, 85],
  ['Resolving deltas', 85, 99],
]

const line = /^(?:remote: )?([A-Z][a-z]+ [a-z]+): +\d+% \((\d+)\/(\d+)\)/

/** A sink for git's progress text; calls `onProgress` for each line it understands. */
export function cloneProgress(
  onProgress: (progress: CloneProgress) => void,
): (text: string) => void {
  let rest = ''
  let percent = 0
  return (text) => {
    const lines = (rest + text).split(/[\r\n]/)
    rest = (lines.pop() ?? '').slice(-1_000)
    for (const candidate of lines) {
      const [, operation, processedText, totalText] = line.exec(candidate) ?? []
      const phase = phases.find(([name]) => name === operation)
      if (phase === undefined) continue
      const processed = Number(processedText)
      const total = Number(totalText)
      const [name, from, to] = phase
      const share = total === 0 ? 1 : Math.min(processed / total, 1)
      percent = Math.max(percent, from + (to - from) * share)
      onProgress({ percent, processed, total, operation: name })
    }
  }
}
