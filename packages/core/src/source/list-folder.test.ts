import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeRepository, temporaryFolder, writeFiles } from './fixtures/git-repositories.ts'
import { listFolder } from './list-folder.ts'

const signal = new AbortController().signal

async function pathsOf(root: string): Promise<string[]> {
  return (await listFolder(root, 1_000, signal)).map((candidate) => candidate.path)
}

const name = fc.constantFrom('a', 'b', 'ab', 'ba', 'a.b', 'äb', 'a b', '!a', '#b', '-a', 'b ')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    '.',
    '*',
    '?',
    '**',
    '/',
    '/',
    '[ab]',
    '[!a]',
    '[^b]',
    '[a-c]',
    '[]a]',
    '[[:alpha:]]',
  ],
  ...['\\a', '\\*', '\\', 'ä', ' ', '!', '#', '[', '**/', '/**', '[\\]a]', '\\ ', '[a-'],
)
const rule = fc
  .tuple(fc.constantFrom('', '', '', '!', '/'), fc.array(atom, { minLength: 1, maxLength: 5 }))
  .map(([start, atoms]) => start + atoms.join(''))
  // No path has an empty part, and git's own answer to a rule with one depends on its wildcards.
  .filter((text) => !/\/\/|\/\*\*\*\*/.test(text))
  // By its documentation, asterisks within a name are like one; git itself takes those after a literal
  // beginning for folders, so that `b**/a` matches `ba`.
  .filter((text) => !/^[!/]?[^*?[\\]*[^*?[\\/!]\*\*/.test(text))
const ignoreFile = fc.array(rule, { minLength: 1, maxLength: 6 }).map((rules) => rules.join('\n'))

test('a plain folder has the files that git would list, whatever its ignore rules', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(path, { minLength: 1, maxLength: 40 }),
      ignoreFile,
      fc.option(fc.tuple(name, ignoreFile)),
      async (paths, rules, inner) => {
        using folder = temporaryFolder()
        const root = makeRepository(join(folder.path, 'repo'), {})
        for (const file of paths) {
          try {
            writeFiles(root, { [file]: 'x' })
          } catch {
            // The path is a folder already, or goes through a file.
          }
        }
        writeFileSync(join(root, '.gitignore'), rules)
        if (inner !== null) {
          try {
            mkdirSync(join(root, inner[0]), { recursive: true })
            writeFileSync(join(root, inner[0], '.gitignore'), inner[1])
          } catch {
            // A file of that name is there.
          }
        }
        const listed = execFileSync('git', ['ls-files', '-z', '--others', '--exclude-standard'], {
          cwd: root,
          env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null' },
        })
        const expected = listed.toString('utf8').split('\0').slice(0, -1)
        rmSync(join(root, '.git'), { recursive: true })
        const actual = await pathsOf(root)
        expect(actual).toEqual(expected.toSorted())
      },
    ),
    { numRuns: 60 },
  )
})
