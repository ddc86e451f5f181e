import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cairnHere } from './fixtures/cairn-process.ts'
import {
  makeRepository,
  removeFolder,
  sampleFiles,
  temporaryFolder,
} from './fixtures/git-repository.ts'
import { cairnOnTerminal, hasPseudoTerminal } from './fixtures/pseudo-terminal.ts'
import { openTerminal } from './fixtures/terminal.ts'

let folder: string

beforeAll(() => {
  folder = temporaryFolder()
})
afterAll(() => removeFolder(folder))

const hostileFiles = {
  ...sampleFiles,
  'src/\u001b[2J\u001b[31m資料とても長い名前のファイル👩‍👩‍👧.py': 'value = 1\n',
  'src/new\nline.py': 'other = 2\n',
}

// Windows has no program that gives a command a terminal, and no such file names.
if (hasPseudoTerminal) {
  test('a terminal of twenty columns shows a whole run, hostile names and all', async () => {
    const repository = makeRepository(join(folder, 'narrow'), hostileFiles)
    const size = { columns: 20, rows: 40 }
    const output = await cairnOnTerminal(repository, ['index', '.'], size)
    expect(output).toContain('\u001b[?25l')
    const terminal = openTerminal(size.columns, size.rows)
    terminal.stream.write(output)
    const lines = await terminal.lines()
    expect(lines[0]).toBe('Indexed narrow')
    expect(lines.filter((line) => line.startsWith('Index'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('validating'))).toHaveLength(1)
    const done = lines.findIndex((line) => line.startsWith('Done:'))
    expect(done).toBeGreaterThan(5)
    expect((await terminal.brokenLines()).filter((line) => lines.indexOf(line) < done)).toEqual([])
    // The name as it is would have cleared the screen.
    expect(output).not.toContain('\u001b[2J')
  })

  test('NO_COLOR and CI ask a terminal for plain lines', async () => {
    const repository = makeRepository(join(folder, 'plain'), sampleFiles)
    for (const name of ['NO_COLOR', 'CI']) {
      const size = { columns: 80, rows: 24 }
      const output = await cairnOnTerminal(repository, ['index', '.'], size, { [name]: '1' })
      expect(output).not.toContain('\u001b')
      expect(output).toContain('validating: done')
    }
  })

  test('search on a hostile repository sends no escape sequence', async () => {
    const repository = makeRepository(join(folder, 'hostile'), hostileFiles)
    await cairnHere(repository, ['index', repository])
    const { stdout } = await cairnHere(repository, ['search', 'value'])
    expect(stdout).toContain('\\x1b[2J\\x1b[31m資料')
    expect(stdout).not.toContain('\u001b')
  })
}
