import { createLiveProgress } from './live-progress.ts'
import { createPlainProgress } from './plain-progress.ts'
import type { Progress, ProgressOptions } from './progress.ts'

/** Shows a run as it goes: a live picture on a terminal, lines elsewhere. */
export function createProgress(options: ProgressOptions): Progress {
  return options.traits.isLive ? createLiveProgress(options) : createPlainProgress(options)
}
