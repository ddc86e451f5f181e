import type { TaskSummary } from '@cairn/protocol'
import { useEffect, useState } from 'react'
import { useConnected } from './connected.tsx'
import { codeOf } from './error-note.tsx'

/**
 * Whether the server has dropped a task that has ended. Nothing tells of that but the list of all tasks, which no
 * longer has it; the task itself is then asked for, so that no list that is only late is believed.
 */
export function useIsGone(
  taskId: string,
  tasks: readonly TaskSummary[] | null,
  hasEnded: boolean,
): boolean {
  const { client, announce } = useConnected()
  const [isGone, setIsGone] = useState(false)
  const isMissing = hasEnded && tasks !== null && !tasks.some((task) => task.taskId === taskId)
  useEffect(() => {
    if (!isMissing) {
      setIsGone(false)
      return
    }
    const controller = new AbortController()
    client.status(taskId, { signal: controller.signal }).catch((error: unknown) => {
      if (controller.signal.aborted || codeOf(error) !== 'TASK_NOT_FOUND') return
      setIsGone(true)
      announce('This task was cleaned up.')
    })
    return () => controller.abort()
  }, [client, announce, taskId, isMissing])
  return isGone
}
