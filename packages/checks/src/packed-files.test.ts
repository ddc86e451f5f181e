import { expect, test } from 'vitest'
import { packedFileProblems, workerProblems } from './packed-files.ts'

const whole = ['package.json', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']

test('a package with its build, its source and its licence has no problem', () => {
  expect(packedFileProblems(whole)).toEqual([])
})

test('a package without its build is refused', () => {
  expect(packedFileProblems(whole.filter((path) => path !== 'dist/index.js'))).toEqual([
    'lacks dist/index.js',
  ])
})

test.each([
  'src/index.test.ts',
  'dist/servers.test-support.js',
  'src/source/fixtures/repository.ts',
  'dist/.tsbuildinfo',
])('%s is refused', (path) => {
  expect(packedFileProblems([...whole, path])[0]).toContain(path)
})

test('a built file without a source is refused', () => {
  expect(packedFileProblems([...whole, 'dist/gone.js'])).toEqual([
    'contains dist/gone.js, whose source is gone; run pnpm clean',
  ])
})

test('a worker in one file has no problem', () => {
  const source = `import { parentPort } from "node:worker_threads";\nimport { createBirpc } from "birpc/of";\n`
  expect(workerProblems('dist/engine.worker.js', source, ['birpc'])).toEqual([])
  expect(workerProblems('dist/engine.worker.js', source, ['birp'])).toEqual([
    'dist/engine.worker.js imports birpc/of, which its package does not depend on',
  ])
})

test('a worker that reads other files at its start is refused', () => {
  const source = `import { a } from './a.js';\nimport type from "@cairn/core";\nimport '../b.js'\n`
  expect(workerProblems('dist/engine.worker.js', source, ['@cairn/core'])).toEqual([
    'dist/engine.worker.js imports ./a.js; run pnpm build',
    'dist/engine.worker.js imports @cairn/core; run pnpm build',
    'dist/engine.worker.js imports ../b.js; run pnpm build',
  ])
})
