import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const source = new URL('.', import.meta.url)
const files = readdirSync(source).filter((name) => /^[^.]+\.ts$/.test(name))

// What runs in a browser has neither Node's modules nor its globals: the first is held here, the
// second by the package's tsconfig, which knows no types but those of the language.
it('imports nothing but zod and its own files', () => {
  const specifiers = files.flatMap((name) => {
    const text = readFileSync(new URL(name, source), 'utf8')
    const imports = text.matchAll(
      /^(?:import|export) (?:type )?(?:\{[^}]*\}|[\w* ]+) from '([^']+)'|(?:^import |\bimport\()'([^']+)'/gm,
    )
    return [...imports].map(([, fixed, dynamic]) => fixed ?? dynamic ?? '')
  })
  expect(specifiers).toContain('./events.ts')
  const foreign = specifiers.filter((specifier) => !/^\.\/[^.]+\.ts$/.test(specifier))
  expect([...new Set(foreign)]).toEqual(['zod'])
})

it('depends on zod only', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', source), 'utf8'))
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  const all = { ...dependencies, ...peerDependencies, ...optionalDependencies }
  expect(Object.keys(all)).toEqual(['zod'])
  const config = JSON.parse(readFileSync(new URL('../tsconfig.json', source), 'utf8'))
  expect(config.compilerOptions.types).toEqual([])
})
