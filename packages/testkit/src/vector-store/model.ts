import assert from 'node:assert/strict'
import type { SymbolKind, VectorRow, VectorSpace, VectorStore } from '@cairn/core'
import fc from 'fast-check'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { sorted } from '../expectations.ts'
import { freshRepository, freshVersion } from '../fresh-names.ts'
import { sameVector, seededVector } from '../vectors.ts'
import { findsNearest } from './vector-expectations.ts'
import { freshSpace, vectorRow } from './vector-rows.ts'

const dimensions = 5
const languages = ['go', 'rust', 'text'] as const
const kinds: readonly (SymbolKind | null)[] = ['function', 'class', null]

const rowNumber = fc.nat({ max: 11 })
const place = { space: fc.nat({ max: 1 }), rows: fc.array(rowNumber, { maxLength: 6 }) }
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('upsert' as const), ...place }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), ...place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), repository: fc.nat({ max: 1 }) }),
  },
)
const choice = <Value>(...values: readonly Value[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined })
const question = fc.record({
  seed: fc.nat({ max: 1000 }),
  limit: fc.integer({ min: 1, max: 15 }),
  repositories: choice(0, 1),
  languages: choice(...languages),
  symbolKinds: choice<SymbolKind>('function', 'class'),
})

type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never

/** Rows whose repository, language and kind follow from their number. */
function world() {
  const repositories = [freshRepository(), freshRepository()] as const
  const spaces = [freshSpace(dimensions), freshSpace(dimensions)] as const
  const rows = Array.from({ length: 12 }, (_, index) => {
    const version = freshVersion()
    return vectorRow({
      version,
      id: `${version}:${index}`,
      repository: repositories[index % 2 === 0 ? 0 : 1],
      language: languages[index % 3] ?? 'text',
      symbolKind: kinds[Math.floor(index / 4)] ?? null,
      vector: seededVector(dimensions, index),
    })
  })
  return { repositories, spaces, rows }
}

async function apply(
  store: VectorStore,
  { repositories, spaces, rows }: ReturnType<typeof world>,
  model: readonly Map<string, VectorRow>[],
  step: Operation,
): Promise<void> {
  if (step.kind === 'remove') {
    const repository = repositories[step.repository === 0 ? 0 : 1]
    let removed = 0
    for (const held of model) {
      for (const row of [...held.values()]) {
        if (row.repository === repository && held.delete(row.id)) removed++
      }
    }
    assert.equal(await store.removeRepository(repository), removed)
    return
  }
  const space = spaces[step.space === 0 ? 0 : 1]
  const held = model[step.space]
  const chosen = [...new Set(step.rows)].flatMap((index) => rows[index] ?? [])
  if (step.kind === 'upsert') {
    for (const row of chosen) held?.set(row.id, row)
    await store.upsert(space, chosen)
  } else {
    const deleted = chosen.filter((row) => held?.delete(row.id)).length
    assert.equal(
      await store.delete(
        space,
        chosen.map((row) => row.id),
      ),
      deleted,
    )
  }
}

async function agrees(
  store: VectorStore,
  space: VectorSpace,
  { repositories, rows }: ReturnType<typeof world>,
  held: ReadonlyMap<string, VectorRow>,
): Promise<void> {
  for (const repository of repositories) {
    const expected = sorted(
      [...held.values()].filter((row) => row.repository === repository).map((row) => row.id),
    )
    assert.deepEqual(await store.ids(space, { repository, limit: 99 }), expected)
    assert.equal(await store.count(space, { repository }), expected.length)
  }
  const read = await store.get(
    space,
    rows.map((row) => row.id),
  )
  for (const [index, row] of rows.entries()) {
    if (held.has(row.id)) sameVector(read[index], row.vector)
    else assert.equal(read[index], null)
  }
}

/** Random sequences of writes, compared with a map. */
export function modelled(propertyRuns: number): readonly Behaviour<VectorStore>[] {
  return behaviours<VectorStore>('as a map of rows', {
    'any sequence of writes leaves what a map would hold, and any query finds the nearest of it':
      async (store) => {
        const sequences = fc.array(operation, { maxLength: 14 })
        const questions = fc.array(question, { minLength: 1, maxLength: 3 })
        const property = fc.asyncProperty(sequences, questions, async (steps, asked) => {
          const here = world()
          const model = [new Map<string, VectorRow>(), new Map<string, VectorRow>()] as const
          for (const step of steps) await apply(store, here, model, step)
          for (const [index, space] of here.spaces.entries()) {
            const held = model[index] ?? new Map<string, VectorRow>()
            await agrees(store, space, here, held)
            for (const { seed, limit, repositories, ...rest } of asked) {
              const filter = {
                ...(repositories && {
                  repositories: repositories.map(
                    (number) => here.repositories[number === 0 ? 0 : 1],
                  ),
                }),
                ...(rest.languages && { languages: rest.languages }),
                ...(rest.symbolKinds && { symbolKinds: rest.symbolKinds }),
              }
              const query = { vector: seededVector(dimensions, 100 + seed), limit, filter }
              await findsNearest(store, space, query, [...held.values()])
            }
          }
        })
        await fc.assert(property, { numRuns: propertyRuns })
      },
  })
}
