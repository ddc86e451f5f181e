import type { StatusDocument } from '@cairn/protocol'
import { createLogUpdate } from 'log-update'
import { columnsOf, fitted } from './fit.ts'
import { createPaint } from './paint.ts'
import type { Progress, ProgressOptions } from './progress.ts'
import { progressLines } from './progress-lines.ts'

const framesEveryMs = 100

/** Cursor up, erase line (ECMA-48 CUU, EL). */
const eraseRowAbove = '\u001b[1A\u001b[2K'

/** Progress as a picture that is drawn over in place, for a person at a terminal. */
export function createLiveProgress({ status, stream, traits, now }: ProgressOptions): Progress {
  const region = createLogUpdate(stream)
  const paint = createPaint(traits.hasColor)
  let drawn: readonly string[] = []
  let drawnColumns = 0
  let hasStopped = false

  const columns = (): number => Math.max(2, stream.columns ?? 80)

  const erase = (): void => {
    region.clear()
    // A terminal that became narrower has broken the old lines into more rows than were drawn.
    const rows = drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns())),
      0,
    )
    if (rows > drawn.length) stream.write(eraseRowAbove.repeat(rows - drawn.length))
    drawn = []
  }

  const draw = (current: StatusDocument): void => {
    const lines = progressLines(current, {
      // The last column stays free: many terminals break the line when it is written.
      columns: columns() - 1,
      rows: Math.max(1, (stream.rows ?? 24) - 1),
      now: now(),
      isUnicode: traits.isUnicode,
      paint,
    })
    // log-update redraws only the lines that differ, which holds as long as their number is the same.
    if (lines.length !== drawn.length || columns() !== drawnColumns) erase()
    region(lines.join('\n'))
    drawn = lines
    drawnColumns = columns()
  }

  const drawCurrent = (): void => {
    const current = status()
    if (current !== null) draw(current)
  }

  const timer = setInterval(drawCurrent, framesEveryMs)
  return {
    note(line) {
      if (!hasStopped) erase()
      for (const row of fitted(line, columns() - 1)) stream.write(`${row}\n`)
      if (!hasStopped) drawCurrent()
    },
    stop() {
      if (hasStopped) return
      hasStopped = true
      clearInterval(timer)
      drawCurrent()
      region.done()
    },
  }
}
