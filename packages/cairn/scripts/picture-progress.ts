/**
 * Makes `docs/images/progress.svg`: the command indexes a clone of this repository on a real
 * pseudo-terminal, an emulator (xterm.js) turns what it wrote into frames, and the frames become an
 * animated SVG. Run it with `pnpm exec node --conditions=@cairn/source packages/cairn/scripts/picture-progress.ts`.
 * The packages that turn terminal output into SVG are no longer kept or make still pictures only.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import xterm from '@xterm/headless'
import { git, removeFolder, temporaryFolder } from '../src/fixtures/git-repository.ts'
import { cairnOnTerminal } from '../src/fixtures/pseudo-terminal.ts'
import { animatedTerminal, type Frame, readRows } from './terminal-picture.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const size = { columns: 84, rows: 21 }
const frameEveryMs = 150

const folder = temporaryFolder()
try {
  git(folder, 'clone', '--quiet', checkout, 'cairn')
  const repository = join(folder, 'cairn')
  const terminal = new xterm.Terminal({
    cols: size.columns,
    rows: size.rows,
    allowProposedApi: true,
    convertEol: true,
  })
  const frames: Frame[] = []
  const started = performance.now()
  let lastMs = Number.NEGATIVE_INFINITY
  let written: Promise<void> = Promise.resolve()
  const write = (text: string): void => {
    written = new Promise((resolve) => terminal.write(text, resolve))
  }
  const capture = async (): Promise<void> => {
    const atMs = performance.now() - started
    await written
    frames.push({ atMs, rows: readRows(terminal) })
  }

  write('\u001b[2m$\u001b[22m cairn index .\n')
  await capture()
  await cairnOnTerminal(repository, ['index', '.'], size, {}, (piece) => {
    write(piece)
    const nowMs = performance.now()
    if (nowMs - lastMs < frameEveryMs) return
    lastMs = nowMs
    void capture()
  })
  await capture()

  const path = join(checkout, 'docs', 'images', 'progress.svg')
  mkdirSync(join(checkout, 'docs', 'images'), { recursive: true })
  writeFileSync(path, animatedTerminal(frames, size, stillFrame(frames).atMs))
} finally {
  removeFolder(folder)
}

/** The frame that says most at one glance: within a long stage, or the middle one. */
function stillFrame(frames: readonly Frame[]): Frame {
  const found = frames.findLast(({ rows }) =>
    rows.some((runs) =>
      /(parsing|embedding).*[3-7]\d %/.test(runs.map((run) => run.text).join(' ')),
    ),
  )
  const frame = found ?? frames[Math.floor(frames.length / 2)]
  if (frame === undefined) throw new Error('The command wrote nothing.')
  return frame
}
