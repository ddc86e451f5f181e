import { StoreError } from '../../errors.ts'
import type { StageProgress } from '../../progress/run-progress.ts'
import { checkSteps, checkStores, type StoreCheck } from '../../stores/check-stores.ts'
import { repairStores } from '../../stores/repair-stores.ts'
import type { RunContext } from '../run-context.ts'

// Enough to notice a store that mangles vectors; `reconcile` compares all of them.
const vectorSample = 64

/**
 * Reads back what the run wrote. A difference is repaired and checked again; one that stays fails
 * the run: `completed` is never said of an index that was not found whole.
 */
export async function validateStores(
  context: RunContext,
  stage: StageProgress,
): Promise<StoreCheck> {
  const check = (): Promise<StoreCheck> =>
    checkStores({
      ...context,
      vectorSample,
      onStep: (done, operation) => stage.update({ processed: done, total: checkSteps, operation }),
    })
  const first = await check()
  if (first.differences.length === 0) return first
  const [example] = first.differences
  context.progress.warning(
    'VALIDATION_FAILED',
    `${first.differences.length} rows differ from the ledger, for example ${example?.kind} ${example?.id} in ${example?.store}; repairing.`,
  )
  await repairStores(context, first.differences)
  const second = await check()
  const [left] = second.differences
  if (!left) return second
  throw new StoreError(
    'VALIDATION_FAILED',
    `${second.differences.length} rows still differ from the ledger after repair, for example ${left.kind} ${left.id} in ${left.store}.`,
  )
}
