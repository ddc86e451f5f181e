import type { StatusDocument } from '@cairn/protocol'
import { ActionButton } from './action-button.tsx'
import { useConnected } from './connected.tsx'
import { isActive } from './task-states.ts'

/** What can be done with a task as it is now; nothing where the server has no control routes. */
export function TaskActions(props: { status: StatusDocument; onResumed: () => void }) {
  const { status, onResumed } = props
  const { client, hasControl } = useConnected()
  if (!hasControl) return null
  const { taskId, repositoryName } = status
  const canResume = ['paused', 'failed', 'cancelled'].includes(status.status)
  return (
    <div className="buttons">
      {isActive(status.status) && (
        <ActionButton
          label="Pause"
          done={`${repositoryName} is being paused.`}
          action={() => client.pause(taskId)}
        />
      )}
      {canResume && (
        <ActionButton
          label="Resume"
          done={`${repositoryName} goes on.`}
          action={async () => {
            await client.resume(taskId)
            onResumed()
          }}
        />
      )}
      {(isActive(status.status) || status.status === 'paused') && (
        <ActionButton
          label="Cancel"
          done={`${repositoryName} is being cancelled.`}
          question={`Cancel the run of ${repositoryName}? What is done is kept, and it can be resumed.`}
          confirm="Cancel the run"
          isDangerous
          action={() => client.cancel(taskId)}
        />
      )}
    </div>
  )
}
