import { bindBehaviours, type ConformanceCase } from '../conformance-case.ts'
import { description, embedding, ending, querying } from './behaviour.ts'
import type { EmbedderConformanceOptions } from './embedder-subject.ts'

/** Every promise of the `Embedder` contract, as cases for any test runner. */
export function embedderCases(
  options: Omit<EmbedderConformanceOptions, 'name'>,
): readonly ConformanceCase[] {
  const { tolerance = 1e-6, propertyRuns = 20 } = options
  return bindBehaviours(
    [...description, ...embedding(propertyRuns), ...querying, ...ending],
    async () => {
      const { embedder, dispose } = await options.create()
      return { subject: { embedder, tolerance, another: () => options.create() }, dispose }
    },
  )
}
