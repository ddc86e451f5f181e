import type { VectorStore } from '@cairn/core'
import {
  bindBehaviours,
  type ConformanceCase,
  type StoreConformanceOptions,
} from '../conformance-case.ts'
import { listing } from './listing.ts'
import { modelled } from './model.ts'
import { querying } from './querying.ts'
import { writing } from './writing.ts'

/** Every promise of the `VectorStore` contract, as cases for any test runner. */
export function vectorStoreCases(
  options: Omit<StoreConformanceOptions<VectorStore>, 'name'>,
): readonly ConformanceCase[] {
  return bindBehaviours(
    [...writing, ...querying, ...listing, ...modelled(options.propertyRuns ?? 20)],
    async () => {
      const { store, dispose } = await options.create()
      return { subject: store, dispose }
    },
  )
}
