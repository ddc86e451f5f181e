import { stageWeights, workingStages } from '@cairn/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EtaInput, estimate } from './eta.ts'

const parsing: EtaInput = {
  stage: 'parsing',
  share: 0.5,
  stageSeconds: 10,
  items: { left: 100, perSecond: 10, spread: { low: 8, high: 12.5 } },
  finished: {},
  history: { embedding: 0.01, storing: 0.02, validating: 0.1 },
  expectedItems: { embedding: 1_000, storing: 200, validating: 5 },
}

test('the range holds what the rate and the earlier runs say', () => {
  const eta = estimate(parsing)
  const middle = 100 / 10 + 1_000 * 0.01 + 200 * 0.02 + 5 * 0.1
  expect(eta?.lowSeconds).toBeLessThan(middle)
  expect(eta?.highSeconds).toBeGreaterThan(middle)
  expect(eta?.basis).toContain('rate of parsing')
  expect(eta?.basis).toContain('earlier runs of embedding')
})

test('a stage without earlier runs counts with its usual share', () => {
  const eta = estimate({ ...parsing, history: {} })
  expect(eta?.basis).toContain('usual share of embedding')
  expect(eta?.highSeconds).toBeGreaterThan(10)
})

test('nothing is guessed before anything is measured', () => {
  expect(estimate({ ...parsing, share: 0, stageSeconds: 0.1, items: null })).toBeNull()
})

test('the rate of the first items is none yet', () => {
  const items = { left: 2_000, perSecond: 4, spread: null }
  expect(estimate({ ...parsing, items })).toBeNull()
})

test('a stage without earlier runs is measured by the finished ones as well as by this', () => {
  const embedding: EtaInput = {
    ...parsing,
    stage: 'embedding',
    stageSeconds: 3,
    items: { left: 0, perSecond: 10_000, spread: null },
    history: {},
    finished: { cloning: 600, parsing: 35 },
  }
  const storing = stageWeights.storing
  const validating = stageWeights.validating
  expect(estimate(embedding)).toMatchObject({
    lowSeconds: ((3 / stageWeights.embedding) * (storing + validating)) / 2,
    highSeconds: (35 / stageWeights.parsing) * (storing + validating) * 2,
  })
})

test('of the last stage only what is left of it counts', () => {
  const eta = estimate({
    ...parsing,
    stage: 'validating',
    items: { left: 0, perSecond: 3, spread: null },
  })
  expect(eta).toMatchObject({ lowSeconds: 0, highSeconds: 0 })
})

test('the range is never upside down or negative', () => {
  const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
  const input: fc.Arbitrary<EtaInput> = fc.record({
    stage: fc.constantFrom(...workingStages),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    stageSeconds: amount,
    items: fc.option(
      fc.record({
        left: fc.nat(),
        perSecond: amount,
        spread: fc.option(fc.record({ low: amount, high: amount })),
      }),
    ),
    finished: fc.record({ parsing: amount, embedding: amount }, { requiredKeys: [] }),
    history: fc.record({ embedding: amount, storing: amount }, { requiredKeys: [] }),
    expectedItems: fc.record({ embedding: fc.nat(), storing: fc.nat() }, { requiredKeys: [] }),
  })
  fc.assert(
    fc.property(input, (given) => {
      const eta = estimate(given)
      if (!eta) return
      expect(eta.lowSeconds).toBeGreaterThanOrEqual(0)
      expect(eta.highSeconds).toBeGreaterThanOrEqual(eta.lowSeconds)
    }),
  )
})
