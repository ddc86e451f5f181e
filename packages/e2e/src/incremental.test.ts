import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Indexer, Source, Storage } from '@cairn/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWorkbench, git, writeFiles } from './fixture.ts'

const paths = ['a.py', 'b.py', 'pkg/__init__.py', 'pkg/c.py'] as const

/** Sources whose meaning depends on each other: names come, go and are passed on. */
const sources = [
  'def one():\n    return 1\n',
  'from a import one\n\n\ndef two():\n    return one()\n',
  'from pkg.c import Base\n\n\nclass Child(Base):\n    def run(self):\n        return self.start()\n',
  'class Base:\n    def start(self):\n        return 1\n',
  'from a import *\n\n\ndef three():\n    return one()\n',
  'from b import two as one\n',
] as const

/** What is done to a folder, or to the repository in it, between two runs. */
type Edit =
  | { readonly kind: 'write'; readonly path: string; readonly source: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  /** `a.py` is `A.py` then, and back. */
  | { readonly kind: 'rename by case'; readonly path: string }
  /** May be executed then, or no longer. */
  | { readonly kind: 'change the mode'; readonly path: string }
  | { readonly kind: 'switch'; readonly branch: string }
  | { readonly kind: 'rewrite'; readonly how: 'amend' | 'drop the last commit' | 'squash' }

const path = fc.constantFrom(...paths)
const source = fc.constantFrom(...sources)

/** Of any folder. */
const fileEdits: fc.Arbitrary<Edit>[] = [
  fc.record({ kind: fc.constant('write'), path, source }),
  fc.record({ kind: fc.constant('write'), path, source }),
  fc.record({ kind: fc.constant('delete'), path }),
  fc.record({ kind: fc.constant('rename'), path, to: path }),
  fc.record({ kind: fc.constant('rename by case'), path }),
  fc.record({ kind: fc.constant('change the mode'), path }),
]

/** Of a repository. */
const historyEdits: fc.Arbitrary<Edit>[] = [
  fc.record({ kind: fc.constant('switch'), branch: fc.constantFrom('main', 'feature', 'other') }),
  fc.record({
    kind: fc.constant('rewrite'),
    how: fc.constantFrom('amend', 'drop the last commit', 'squash'),
  }),
]

function stepsOf(edits: readonly fc.Arbitrary<Edit>[]): fc.Arbitrary<Edit[][]> {
  return fc.array(fc.array(fc.oneof(...edits), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 4,
  })
}

function commitAll(folder: string, ...options: string[]): void {
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'Edited', ...options)
}

function rename(folder: string, from: string, to: string): void {
  if (!existsSync(join(folder, from))) return
  mkdirSync(dirname(join(folder, to)), { recursive: true })
  renameSync(join(folder, from), join(folder, to))
}

function apply(folder: string, edit: Edit): void {
  switch (edit.kind) {
    case 'write':
      writeFiles(folder, { [edit.path]: edit.source })
      break
    case 'delete':
      rmSync(join(folder, edit.path), { force: true })
      break
    case 'rename':
      rename(folder, edit.path, edit.to)
      break
    case 'rename by case': {
      const other = join(dirname(edit.path), basename(edit.path).toUpperCase())
      if (existsSync(join(folder, edit.path))) rename(folder, edit.path, other)
      else rename(folder, other, edit.path)
      break
    }
    case 'change the mode': {
      const file = join(folder, edit.path)
      if (existsSync(file)) chmodSync(file, statSync(file).mode ^ 0o111)
      break
    }
    case 'switch': {
      commitAll(folder)
      const isThere = git(folder, 'branch', '--list', edit.branch) !== ''
      git(folder, 'checkout', '--quiet', ...(isThere ? [] : ['-b']), edit.branch)
      break
    }
    case 'rewrite':
      commitAll(folder)
      rewrite(folder, edit.how)
  }
}

function rewrite(folder: string, how: (Edit & { kind: 'rewrite' })['how']): void {
  switch (how) {
    case 'amend':
      commitAll(folder, '--amend', '--reset-author')
      break
    case 'drop the last commit':
      git(folder, 'reset', '--quiet', '--hard', 'HEAD~1')
      break
    case 'squash':
      git(folder, 'reset', '--quiet', '--soft', git(folder, 'rev-list', '--max-parents=0', 'HEAD'))
      commitAll(folder, '--amend')
  }
}

/** Everything that the stores hold of a repository, in a form that can be compared. */
async function contents(indexer: Indexer, storage: Storage): Promise<unknown> {
  const [space] = await storage.vectors.spaces()
  const files = await storage.journal.ledger.files('repo', { limit: 100 })
  const found = await storage.journal.text.search(['one', 'start', 'return'], { limit: 100 })
  return {
    files,
    // What was there before weighs nothing in them.
    scores: Object.fromEntries(found.map(({ id, score }) => [id, score])),
    vectors: space ? await storage.vectors.ids(space, { repository: 'repo', limit: 1_000 }) : [],
    graph: await storage.graph.owners({ repository: 'repo', limit: 1_000 }),
    report: await indexer.reconcile('repo'),
  }
}

/** Where the code comes from. */
const origins: readonly {
  readonly name: string
  readonly isRepository: boolean
  readonly sourceAt: (folder: string) => Source
  readonly runs: number
}[] = [
  { name: 'a working tree', isRepository: true, sourceAt: (path) => ({ path }), runs: 4 },
  {
    name: 'a clone',
    isRepository: true,
    sourceAt: (folder) => ({ url: pathToFileURL(folder).href }),
    runs: 2,
  },
  { name: 'a plain folder', isRepository: false, sourceAt: (path) => ({ path }), runs: 2 },
]

const [one, two, , base, three] = sources

/** Every kind of edit of a file. */
const files: Edit[][] = [
  [
    { kind: 'write', path: 'a.py', source: one },
    { kind: 'write', path: 'b.py', source: two },
    { kind: 'write', path: 'pkg/c.py', source: base },
  ],
  [
    { kind: 'change the mode', path: 'a.py' },
    { kind: 'rename', path: 'pkg/c.py', to: 'pkg/__init__.py' },
  ],
  [{ kind: 'rename by case', path: 'a.py' }],
  [
    { kind: 'rename by case', path: 'a.py' },
    { kind: 'delete', path: 'b.py' },
  ],
]

/** Every kind of edit of the history. */
const history: Edit[][] = [
  ...files.slice(0, 1),
  [
    { kind: 'switch', branch: 'feature' },
    { kind: 'write', path: 'a.py', source: three },
  ],
  [{ kind: 'switch', branch: 'main' }],
  [
    { kind: 'switch', branch: 'feature' },
    { kind: 'rewrite', how: 'squash' },
  ],
  [
    { kind: 'write', path: 'b.py', source: base },
    { kind: 'rewrite', how: 'amend' },
  ],
  [
    { kind: 'write', path: 'b.py', source: one },
    { kind: 'rewrite', how: 'drop the last commit' },
  ],
]

test.each(origins)(
  'after any sequence of edits the index of $name is that of a fresh run over the final tree',
  async ({ isRepository, sourceAt, runs }) => {
    const bench = createWorkbench()
    try {
      let round = 0
      const edits = isRepository ? [...fileEdits, ...historyEdits] : fileEdits
      const examples: [Edit[][]][] = isRepository ? [[files], [history]] : [[files]]
      await fc.assert(
        fc.asyncProperty(stepsOf(edits), async (steps) => {
          round++
          const folder = bench.repository(`repo-${round}`, { 'README.md': '# Start\n' })
          if (!isRepository) rmSync(join(folder, '.git'), { recursive: true })
          const source = { ...sourceAt(folder), name: 'repo' }
          const { indexer, storage, close } = bench.open({ data: `steps-${round}` })
          for (const step of steps) {
            for (const each of step) apply(folder, each)
            if ('url' in source) commitAll(folder)
            await indexer.index(source).finished
          }
          const fresh = bench.open({ data: `fresh-${round}` })
          await fresh.indexer.index(source).finished
          expect(await contents(indexer, storage)).toEqual(
            await contents(fresh.indexer, fresh.storage),
          )
          await close()
          await fresh.close()
        }),
        { numRuns: runs + examples.length, examples },
      )
    } finally {
      await bench.close()
    }
  },
)

test('a branch switched back and forth costs only the differences', async () => {
  const bench = createWorkbench()
  try {
    const path = bench.repository('repo', { 'a.py': sources[0], 'b.py': sources[1] })
    git(path, 'checkout', '--quiet', '-b', 'feature')
    writeFiles(path, { 'a.py': sources[3] })
    git(path, 'commit', '--quiet', '--all', '-m', 'Feature')
    const { indexer } = bench.open()
    await indexer.index({ path }).finished
    git(path, 'checkout', '--quiet', 'main')
    expect((await indexer.index({ path }).finished).files).toMatchObject({
      indexed: 1,
      unchanged: 1,
    })
    git(path, 'checkout', '--quiet', 'feature')
    const run = indexer.index({ path })
    expect((await run.finished).files).toMatchObject({ indexed: 1, unchanged: 1 })
    expect((await indexer.status(run.taskId)).embeddingProgress.embeddedChunks).toBe(0)
  } finally {
    await bench.close()
  }
})
