import type { RepositoryRequest } from '@cairn/protocol'
import { type FormEvent, useState } from 'react'
import { noteAccepted } from './accepted-tasks.ts'
import { plural } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { go } from './route.ts'
import { useSending } from './sending.ts'
import { repositoriesOf } from './started-repository.ts'
import { TextField } from './text-field.tsx'

/** Starts a run of each of several repositories: of all, or of none. */
export function StartMany({ onClose }: { onClose: () => void }) {
  const { patientClient, announce } = useConnected()
  const [addresses, setAddresses] = useState('')
  const [atOnce, setAtOnce] = useState('')
  const [sent, setSent] = useState<readonly RepositoryRequest[]>([])
  const { isSending, error, send } = useSending()

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    void send(async () => {
      const repositories = repositoriesOf(addresses)
      setSent(repositories)
      const { tasks } = await patientClient.indexMany({
        repositories,
        ...(atOnce === '' ? {} : { maxConcurrent: Number(atOnce) }),
      })
      for (const { taskId } of tasks) noteAccepted(taskId)
      onClose()
      go({ view: 'tasks' })
      announce(`${plural(tasks.length, 'repository is', 'repositories are')} queued.`)
    })
  }

  return (
    <form onSubmit={onSubmit}>
      <TextField
        label="Addresses"
        value={addresses}
        onChange={setAddresses}
        placeholder={
          'https://git.example.com/team/shop.git\nstock https://git.example.com/team/backend.git'
        }
        hint="One on a line. Put a name before one that shall not be called as its address ends."
        rows={6}
        isRequired
        isCode
      />
      <TextField
        label="At once"
        value={atOnce}
        onChange={setAtOnce}
        placeholder="As many as the server allows"
        between={[1, 20]}
      />
      {error !== null && (
        <ErrorNote
          title="None of them was started."
          error={error}
          nameOf={(path) => sent[Number(/^repositories\.(\d+)/.exec(path)?.[1])]?.name ?? null}
        />
      )}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="submit" className="primary" disabled={isSending}>
          {isSending ? 'Starting …' : 'Start all'}
        </button>
      </div>
    </form>
  )
}
