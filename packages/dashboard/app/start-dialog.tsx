import { useState } from 'react'
import { Dialog } from './dialog.tsx'
import { StartMany } from './start-many.tsx'
import { StartOne } from './start-one.tsx'

const kinds = [
  ['url', 'By address'],
  ['path', 'A folder of the server'],
  ['many', 'Several addresses'],
] as const

/** Starts runs. */
export function StartButton() {
  const [isOpen, setIsOpen] = useState(false)
  const [kind, setKind] = useState<(typeof kinds)[number][0]>('url')
  const onClose = (): void => setIsOpen(false)
  return (
    <>
      <button type="button" className="primary" onClick={() => setIsOpen(true)}>
        Index a repository
      </button>
      {isOpen && (
        <Dialog title="Index a repository" onClose={onClose}>
          <fieldset className="chips">
            <legend className="visually-hidden">Where it is</legend>
            {kinds.map(([each, text]) => (
              <label className="chip" key={each}>
                <input
                  type="radio"
                  name="kind"
                  checked={kind === each}
                  onChange={() => setKind(each)}
                />
                {text}
              </label>
            ))}
          </fieldset>
          {kind === 'many' ? (
            <StartMany onClose={onClose} />
          ) : (
            <StartOne key={kind} kind={kind} onClose={onClose} />
          )}
        </Dialog>
      )}
    </>
  )
}
