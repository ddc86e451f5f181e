import { useState } from 'react'
import { useConnected } from './connected.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNote } from './error-note.tsx'
import { useSending } from './sending.ts'

/** A button that asks the server to do something, and says where it did not. */
export function ActionButton(props: {
  label: string
  /** What is said when it is done. */
  done: string
  action: () => Promise<unknown>
  /** A question that has to be answered before; for what cannot be undone. */
  question?: string
  /** What the button says that answers it. @default the label */
  confirm?: string
  isDangerous?: boolean
}) {
  const { label, done, action, question, confirm = label, isDangerous = false } = props
  const { announce } = useConnected()
  const [isAsking, setIsAsking] = useState(false)
  const { isSending, error, send, forget } = useSending()

  const run = (): void => {
    setIsAsking(false)
    void send(async () => {
      await action()
      announce(done)
    })
  }

  return (
    <>
      <button
        type="button"
        className={isDangerous ? 'dangerous' : undefined}
        disabled={isSending}
        onClick={() => (question === undefined ? run() : setIsAsking(true))}
      >
        {isSending ? `${label} …` : label}
      </button>
      {isAsking && (
        <Dialog title={label} onClose={() => setIsAsking(false)}>
          <p>{question}</p>
          <div className="buttons">
            <button type="button" onClick={() => setIsAsking(false)}>
              Leave it as it is
            </button>
            <button type="button" className="primary dangerous" onClick={run}>
              {confirm}
            </button>
          </div>
        </Dialog>
      )}
      {error !== null && (
        <Dialog title={`${label}: not done`} onClose={forget}>
          <ErrorNote title="The server did not do it." error={error} />
          <div className="buttons">
            <button type="button" onClick={forget}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
