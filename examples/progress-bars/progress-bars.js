/** Draw your own progress from typed events: `node progress-bars.js [path]`. */
import { createIndexer } from 'cairn'

const width = 30
/** @param {number} percent */
const bar = (percent) => {
  const full = Math.round((percent / 100) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}
const isLive = process.stdout.isTTY === true
/** @param {string} line */
const draw = (line) => {
  process.stdout.write(isLive ? `\r\u001b[2K${line}` : `${line}\n`)
}

const indexer = createIndexer()
const run = indexer.index({ path: process.argv[2] ?? '.' })

run.on('stage.progressed', ({ stage, percent, eta }) => {
  const left = eta ? ` ${Math.ceil(eta.lowSeconds)}–${Math.ceil(eta.highSeconds)} s left` : ''
  draw(`${stage.padEnd(10)} ${bar(percent)} ${percent.toFixed(0).padStart(3)} %${left}`)
})
run.on('stage.completed', ({ stage }) => draw(`${stage.padEnd(10)} ${bar(100)} 100 %\n`))
run.on('health.changed', ({ health }) => draw(`${health.state}: ${health.detail ?? ''}\n`))

const { files, durationSeconds } = await run.finished
draw(`${files.indexed} indexed, ${files.skipped} skipped in ${durationSeconds.toFixed(1)} s\n`)

await indexer.close()
