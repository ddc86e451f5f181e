import { useState } from 'react'
import { useConnected } from './connected.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'

/** A button that asks the server to do something, and says where it did not. */
export function ActionButton(props: {
  label: string
  /** What is said when it is done. */
  done: string
  action: () => Promise<unknown>
  /** A question that has to be answered before; for what cannot be undone. */
  question?: string
  isDangerous?: boolean
}) {
  const { label, done, action, question, isDangerous = false } = props
  const { announce } = useConnected()
  const [state, setState] = useState<'idle' | 'asking' | 'sending'>('idle')
  const [error, setError] = useState<unknown>(null)

  const run = async (): Promise<void> => {
    setState('sending')
    setError(null)
    try {
      await action()
      announce(done)
    } catch (failure) {
      setError(failure)
    }
    setState('idle')
  }

  return (
    <>
      <button
        type="button"
        className={isDangerous ? 'dangerous' : undefined}
        disabled={state === 'sending'}
        onClick={() => (question === undefined ? void run() : setState('asking'))}
      >
        {state === 'sending' ? `${label} …` : label}
      </button>
      {state === 'asking' && (
        <Dialog title={label} onClose={() => setState('idle')}>
          <p>{question}</p>
          <div className="buttons">
            <button type="button" onClick={() => setState('idle')}>
              Leave it as it is
            </button>
            <button type="button" className="primary dangerous" onClick={() => void run()}>
              {label}
            </button>
          </div>
        </Dialog>
      )}
      {error !== null && (
        <Dialog title={`${label}: not done`} onClose={() => setError(null)}>
          <ErrorNote title="The server did not do it." error={error} />
          <div className="buttons">
            <button type="button" onClick={() => setError(null)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
