import { cancels } from './cancels.ts'
import { clock } from './clock.ts'
import { disk } from './disk.ts'
import type { Fault } from './fault.ts'
import { kills, moments } from './kills.ts'
import { networkFaults } from './network.ts'
import { starts } from './starts.ts'

/** Every scenario of the bench, in the order in which they run. */
export const allFaults: readonly Fault[] = [
  kills,
  moments,
  cancels,
  clock,
  disk,
  starts,
  ...networkFaults,
]
