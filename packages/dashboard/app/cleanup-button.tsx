import { type FormEvent, useState } from 'react'
import { plural } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'
import { useSending } from './sending.ts'
import { TextField } from './text-field.tsx'

/** Drops ended tasks of some age, when someone has said of which. */
export function CleanupButton({ onDone }: { onDone: () => void }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)}>
        Clean up
      </button>
      {isOpen && <CleanupDialog onClose={() => setIsOpen(false)} onDone={onDone} />}
    </>
  )
}

function CleanupDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { patientClient, announce } = useConnected()
  const [hours, setHours] = useState('24')
  const [removed, setRemoved] = useState<number | null>(null)
  const { isSending, error, send } = useSending()

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    void send(async () => {
      const { removedTasks } = await patientClient.cleanup({ olderThanHours: Number(hours) })
      setRemoved(removedTasks)
      announce(`${plural(removedTasks, 'task was', 'tasks were')} dropped.`)
      onDone()
    })
  }

  return (
    <Dialog title="Clean up" onClose={onClose}>
      <form onSubmit={onSubmit}>
        <p>
          Drops tasks that have ended, with their files and their log. They cannot be had back, and
          those that failed or were cancelled can no longer be resumed. What they indexed stays, and
          so does the newest task of each indexed repository.
        </p>
        <TextField
          label="Older than so many hours"
          value={hours}
          onChange={setHours}
          between={[0, 1_000_000]}
          isRequired
        />
        {error !== null && <ErrorNote title="The server did not do it." error={error} />}
        {removed !== null && (
          <p>
            <strong>{plural(removed, 'task was', 'tasks were')} dropped.</strong>
          </p>
        )}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            {removed === null ? 'Leave them' : 'Close'}
          </button>
          <button type="submit" className="primary dangerous" disabled={isSending}>
            {isSending ? 'Dropping …' : 'Drop them'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
