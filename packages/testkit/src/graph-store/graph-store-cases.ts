import type { GraphStore } from '@cairn/core'
import {
  bindBehaviours,
  type ConformanceCase,
  type StoreConformanceOptions,
} from '../conformance-case.ts'
import { modelled } from './model.ts'
import { reading } from './reading.ts'
import { writing } from './writing.ts'

/** Every promise of the `GraphStore` contract, as cases for any test runner. */
export function graphStoreCases(
  options: Omit<StoreConformanceOptions<GraphStore>, 'name'>,
): readonly ConformanceCase[] {
  return bindBehaviours(
    [...writing, ...reading, ...modelled(options.propertyRuns ?? 20)],
    async () => {
      const { store, dispose } = await options.create()
      return { subject: store, dispose }
    },
  )
}
