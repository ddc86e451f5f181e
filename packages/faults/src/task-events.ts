import type { Storage } from '@cairn/core'
import { foldStatus, isTerminal, type StatusDocument } from '@cairn/protocol'

/** What is wrong with the events of a task: some lack, progress goes back, or they do not give its status. */
export async function oddEvents({ tasks }: Storage['journal'], taskId: string): Promise<string[]> {
  const odd: string[] = []
  let folded: StatusDocument | null = null
  for (;;) {
    const after = folded?.seq ?? 0
    const events = await tasks.events(taskId, { after, limit: 1_000 })
    if (events.length === 0) break
    for (const event of events) {
      const before: StatusDocument | null = folded
      folded = foldStatus(before, event)
      if (event.seq !== (before?.seq ?? 0) + 1) odd.push(`event ${event.seq} follows a gap`)
      if (before && folded.overallProgress < before.overallProgress) {
        odd.push(`event ${event.seq} takes progress back`)
      }
      if (!isSane(folded)) odd.push(`event ${event.seq} gives figures that cannot be`)
    }
  }
  const stored = await tasks.status(taskId)
  if (folded?.status !== 'completed') odd.push(`the task is ${folded?.status}`)
  if (JSON.stringify(stored) !== JSON.stringify(folded)) odd.push('the status of the task')
  return odd
}

/** No run of this size takes an hour, and nothing of it is done in less than no time. */
function isSane(status: StatusDocument): boolean {
  const { processingTime, eta, embeddingProgress, throughputFilesPerSecond } = status
  const seconds = [processingTime, eta?.lowSeconds ?? 0, eta?.highSeconds ?? 0]
  const rates = [throughputFilesPerSecond, embeddingProgress.embeddingRate]
  return (
    seconds.every((value) => value >= 0 && (value < 3_600 || !isTerminal(status.status))) &&
    rates.every((value) => value >= 0 && value < 1_000_000) &&
    status.health.state !== 'stalled'
  )
}
