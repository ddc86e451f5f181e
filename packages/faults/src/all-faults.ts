import type { Fault } from './fault.ts'
import { kills } from './kills.ts'

/** Every scenario of the bench, in the order in which they run. */
export const allFaults: readonly Fault[] = [kills]
