import { expect, test } from 'vitest'
import { packedFileProblems } from './packed-files.ts'

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
