import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Indexer, Storage } from '@cairn/core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** Files by path; null: the file is removed. */
type Step = Readonly<Record<string, string | null>>

/** Indexes after each step and, in another store, the final tree once: both must hold the same. */
async function expectSameAsFresh(name: string, steps: readonly Step[]): Promise<void> {
  const path = bench.repository(name, { 'README.md': '# Start\n' })
  const stepwise = bench.open({ data: `${name}-steps` })
  for (const step of steps) {
    for (const [file, source] of Object.entries(step)) {
      if (source === null) rmSync(join(path, file), { force: true })
      else writeFiles(path, { [file]: source })
    }
    await stepwise.indexer.index({ path, name: 'repo' }).finished
  }
  const fresh = bench.open({ data: `${name}-fresh` })
  await fresh.indexer.index({ path, name: 'repo' }).finished
  expect(await contents(stepwise.indexer, stepwise.storage)).toEqual(
    await contents(fresh.indexer, fresh.storage),
  )
  await stepwise.close()
  await fresh.close()
}

async function contents(indexer: Indexer, storage: Storage): Promise<unknown> {
  return {
    files: await storage.journal.ledger.files('repo', { limit: 100 }),
    graph: await storage.graph.owners({ repository: 'repo', limit: 1_000 }),
    report: await indexer.reconcile('repo'),
  }
}

const use = "import { start } from './middle.ts'\n\nexport function run() {\n  return start()\n}\n"
const base = 'class Base:\n    def start(self):\n        return 1\n'
const child = 'from base import Base\n\n\nclass Child(Base):\n    pass\n'
const grandchild =
  'from child import Child\n\n\nclass Grandchild(Child):\n    def run(self):\n        return self.start()\n'

test.each<[string, readonly Step[]]>([
  [
    'a name that an untouched file passes on under another name goes',
    [
      {
        'origin.ts': 'export function begin() {}\n',
        'middle.ts': "export { begin as start } from './origin.ts'\n",
        'use.ts': use,
      },
      { 'origin.ts': 'export function other() {}\n' },
    ],
  ],
  [
    'such a name comes',
    [
      {
        'origin.ts': 'export function other() {}\n',
        'middle.ts': "export { begin as start } from './origin.ts'\n",
        'use.ts': use,
      },
      { 'origin.ts': 'export function begin() {}\n' },
    ],
  ],
  [
    'a file in the middle of star exports comes',
    [
      {
        'origin.ts': 'export function start() {}\n',
        'middle.ts': "export * from './barrel.ts'\n",
        'use.ts': use,
      },
      { 'barrel.ts': "export * from './origin.ts'\n" },
    ],
  ],
  [
    'a file in the middle of star exports goes',
    [
      {
        'origin.ts': 'export function start() {}\n',
        'barrel.ts': "export * from './origin.ts'\n",
        'middle.ts': "export * from './barrel.ts'\n",
        'use.ts': use,
      },
      { 'barrel.ts': null },
    ],
  ],
  [
    'a type in the middle of a line of inheritance goes',
    [
      {
        'root.py': base.replace('Base', 'Root'),
        'base.py': 'from root import Root\n\n\nclass Base(Root):\n    pass\n',
        'child.py': child,
        'grandchild.py': grandchild,
      },
      { 'base.py': null },
    ],
  ],
  [
    'a type in the middle of a line of inheritance comes',
    [
      {
        'root.py': base.replace('Base', 'Root'),
        'child.py': child,
        'grandchild.py': grandchild,
      },
      { 'base.py': 'from root import Root\n\n\nclass Base(Root):\n    pass\n' },
    ],
  ],
])('where %s, the graph is that of a fresh run', async (_, steps) => {
  await expectSameAsFresh('repo', steps)
})

/** Paths and sources that any of them may have. */
interface Project {
  readonly paths: readonly string[]
  readonly sources: readonly string[]
}

const projects: Readonly<Record<string, Project>> = {
  TypeScript: {
    paths: ['a.ts', 'b.ts', 'c.ts', 'd.ts'],
    sources: [
      'export function one() {}\n',
      "export { one as two } from './a.ts'\n",
      "export * from './b.ts'\n",
      "import { two } from './c.ts'\nexport function three() {\n  return two()\n}\n",
      "import { one } from './a.ts'\nexport function two() {\n  return one()\n}\n",
      'export class Base {\n  start() {}\n}\n',
      "import { Base } from './a.ts'\nexport class Middle extends Base {}\n",
      "import { Middle } from './b.ts'\nexport class Leaf extends Middle {\n  run() {\n    this.start()\n  }\n}\n",
      "export { Base as Middle } from './a.ts'\n",
    ],
  },
  Java: {
    paths: ['shop/A.java', 'shop/B.java', 'shop/C.java', 'web/D.java'],
    sources: [
      'package shop;\n\npublic class A {\n  public static void start() {}\n}\n',
      'package shop;\n\npublic class B extends A {}\n',
      'package shop;\n\npublic class C extends B {\n  void run() {\n    start();\n  }\n}\n',
      'package shop;\n\npublic class C {\n  void run() {\n    A.start();\n  }\n}\n',
      'package web;\n\nimport shop.B;\n\npublic class D {\n  void run() {\n    B.start();\n  }\n}\n',
      'package web;\n\nimport shop.*;\n\npublic class D extends C {\n  void go() {\n    run();\n  }\n}\n',
    ],
  },
}

test.each(Object.entries(projects))(
  'after any edits of a small %s project the graph is that of a fresh run',
  async (name, { paths, sources }) => {
    const source = fc.option(fc.constantFrom(...sources), { freq: 4 })
    const step: fc.Arbitrary<Step> = fc.dictionary(fc.constantFrom(...paths), source, {
      minKeys: 1,
      maxKeys: 2,
    })
    const start = fc.record(Object.fromEntries(paths.map((path) => [path, source])))
    let round = 0
    await fc.assert(
      fc.asyncProperty(start, fc.array(step, { minLength: 1, maxLength: 2 }), async (first, rest) =>
        expectSameAsFresh(`${name}-${round++}`, [first, ...rest]),
      ),
      { numRuns: 4 },
    )
  },
)
