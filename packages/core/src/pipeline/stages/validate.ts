import { StoreError } from '../../errors.ts'
import type { StageProgress } from '../../progress/run-progress.ts'
import { checkSteps, checkStores, type StoreCheck } from '../../stores/check-stores.ts'
import type { CheckDepth } from '../../stores/checked-file.ts'
import { repairStores } from '../../stores/repair-stores.ts'
import type { RunContext } from '../run-context.ts'

/**
 * Reads back what the run wrote. A difference is repaired and checked again; one that stays fails
 * the run: `completed` is never said of an index that was not found whole.
 */
export async function validateStores(
  context: RunContext,
  stage: StageProgress,
): Promise<StoreCheck> {
  const check = (depth: CheckDepth): Promise<StoreCheck> =>
    checkStores({
      ...context,
      depth,
      onStep: (done, operation) => stage.update({ processed: done, total: checkSteps, operation }),
    })
  const first = await check('sample')
  if (first.differences.length === 0) return first
  // What is wrong in a sample is wrong in what it stands for. Orphans are left by any run that died.
  const depth = first.differences.some(({ kind }) => kind !== 'orphan') ? 'all' : 'sample'
  const found = depth === 'sample' ? first : await check(depth)
  const [example] = found.differences
  context.progress.warning(
    'VALIDATION_FAILED',
    `${found.differences.length} rows differ from the ledger, for example ${example?.kind} ${example?.id} in ${example?.store}; repairing.`,
  )
  await repairStores(context, found.differences)
  const second = await check(depth)
  const [left] = second.differences
  if (!left) return second
  throw new StoreError(
    'VALIDATION_FAILED',
    `${second.differences.length} rows still differ from the ledger after repair, for example ${left.kind} ${left.id} in ${left.store}. Remove the repository and index it again.`,
  )
}
