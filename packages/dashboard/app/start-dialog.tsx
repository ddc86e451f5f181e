import { type FormEvent, useState } from 'react'
import { noteAccepted } from './accepted-tasks.ts'
import { useConnected } from './connected.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'
import { go } from './route.ts'

/** Starts a run. */
export function StartButton() {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <button type="button" className="primary" onClick={() => setIsOpen(true)}>
        Index a repository
      </button>
      {isOpen && <StartDialog onClose={() => setIsOpen(false)} />}
    </>
  )
}

function StartDialog({ onClose }: { onClose: () => void }) {
  const { client } = useConnected()
  const [kind, setKind] = useState<'url' | 'path'>('url')
  const [source, setSource] = useState('')
  const [givenName, setGivenName] = useState<string | null>(null)
  const [branch, setBranch] = useState('')
  const [isSending, setIsSending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const name = givenName ?? lastPart(source)

  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setIsSending(true)
    setError(null)
    const common = { name, ...(branch === '' ? {} : { branch }) }
    try {
      const { taskId } =
        kind === 'url'
          ? await client.indexRemote({ ...common, url: source })
          : await client.indexLocal({ ...common, localPath: source })
      noteAccepted(taskId)
      onClose()
      go({ view: 'task', taskId })
    } catch (failure) {
      setError(failure)
      setIsSending(false)
    }
  }

  return (
    <Dialog title="Index a repository" onClose={onClose}>
      <form onSubmit={onSubmit}>
        <fieldset className="chips">
          <legend className="visually-hidden">Where it is</legend>
          <label className="chip">
            <input
              type="radio"
              name="kind"
              checked={kind === 'url'}
              onChange={() => setKind('url')}
            />
            By address
          </label>
          <label className="chip">
            <input
              type="radio"
              name="kind"
              checked={kind === 'path'}
              onChange={() => setKind('path')}
            />
            A folder of the server
          </label>
        </fieldset>
        <label className="field">
          {kind === 'url' ? 'Address' : 'Folder'}
          <input
            required
            className="code"
            value={source}
            onChange={(event) => setSource(event.target.value)}
            placeholder={
              kind === 'url' ? 'https://git.example.com/team/shop.git' : '/srv/code/shop'
            }
          />
        </label>
        <label className="field">
          Name
          <input
            required
            value={name}
            onChange={(event) => setGivenName(event.target.value)}
            aria-describedby="name-hint"
          />
          <span id="name-hint" className="muted">
            A repository that is indexed under this name already is brought up to date.
          </span>
        </label>
        <label className="field">
          Branch, tag or commit
          <input
            value={branch}
            onChange={(event) => setBranch(event.target.value)}
            placeholder={kind === 'url' ? 'The default branch' : 'The working tree as it stands'}
          />
        </label>
        {error !== null && <ErrorNote title="It was not started." error={error} />}
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className="primary" disabled={isSending}>
            {isSending ? 'Starting …' : 'Start'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function lastPart(source: string): string {
  const parts = source.split(/[/\\:]/).filter((part) => part !== '')
  return (parts.at(-1) ?? '').replace(/\.git$/, '')
}
