import { expect, test } from 'vitest'
import { pathFilter } from './path-filter.ts'

function wanted(options: Parameters<typeof pathFilter>[0], paths: string[]): string[] {
  const filter = pathFilter(options)
  return paths.filter((path) => filter(path) === null)
}

const paths = ['a.ts', 'src/a.ts', 'src/b.js', 'src/deep/c.ts', '.github/ci.yml', 'docs/a [1].md']

test('include and exclude are globs on paths, and exclude is stronger', () => {
  expect(wanted({}, paths)).toEqual(paths)
  expect(wanted({ include: ['**/*.ts'] }, paths)).toEqual(['a.ts', 'src/a.ts', 'src/deep/c.ts'])
  expect(wanted({ include: ['*.ts'] }, paths)).toEqual(['a.ts'])
  expect(wanted({ include: ['src'] }, paths)).toEqual(['src/a.ts', 'src/b.js', 'src/deep/c.ts'])
  expect(wanted({ include: ['./src/'] }, paths)).toHaveLength(3)
  expect(wanted({ include: ['./'] }, paths)).toEqual(paths)
  expect(wanted({ include: ['src/**'], exclude: ['**/deep/**'] }, paths)).toHaveLength(2)
  expect(wanted({ include: ['**/*.yml'] }, paths)).toEqual(['.github/ci.yml'])
  expect(wanted({ include: ['src/*.{ts,js}'] }, paths)).toEqual(['src/a.ts', 'src/b.js'])
  expect(wanted({ exclude: ['docs/a \\[1\\].md'] }, paths)).not.toContain('docs/a [1].md')
})

test('the reason names the glob', () => {
  expect(pathFilter({ exclude: ['*.ts'] })('a.ts')).toBe('excluded by "*.ts"')
  expect(pathFilter({ include: ['*.js'] })('a.ts')).toBe('matches no include pattern')
})

test.each([
  [''],
  ['[a-'],
  ['{a,b'],
  ['a\0'],
  ['+(a|b)'],
  ['!a'],
  ['{1..100000}'],
  ['{a,b}'.repeat(12)],
  ['*a'.repeat(600)],
  ['x'.repeat(5_000)],
])('the glob %j is refused', (glob) => {
  for (const options of [{ include: [glob] }, { exclude: [glob] }]) {
    expect(() => pathFilter(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }))
  }
})

test('a glob that would take a regular expression for ever takes no time', () => {
  const filter = pathFilter({
    include: [`${'*a'.repeat(250)}*b`, `${'**/a/'.repeat(80)}**/b`, `${'{a,aa}'.repeat(6)}b`],
  })
  for (const path of ['a'.repeat(4_000), `${'a/'.repeat(2_000)}c`, 'a'.repeat(40)]) {
    expect(filter(path)).toBe('matches no include pattern')
  }
})

test('names with brackets, braces and exclamation marks can be written', () => {
  const odd = ['app/(shop)/[id]/page.tsx', '!a', '{a}', 'ünï/日本.md']
  const globs = ['app/(shop)/\\[id\\]', '\\!a', '\\{a\\}', 'ünï/??.md']
  expect(wanted({ include: globs }, odd)).toEqual(odd)
})
