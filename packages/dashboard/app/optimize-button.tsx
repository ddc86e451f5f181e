import type { OptimizeAnswer } from '@cairn/protocol'
import { useState } from 'react'
import { ActionButton } from './action-button.tsx'
import { duration, size } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { Dialog } from './dialog.tsx'
import { Fact } from './fact.tsx'

/** Looks after the stores, and says what came of it. */
export function OptimizeButton() {
  const { patientClient } = useConnected()
  const [answer, setAnswer] = useState<OptimizeAnswer | null>(null)
  const onClose = (): void => setAnswer(null)
  return (
    <>
      <ActionButton
        label="Optimize"
        done="The stores are optimized."
        action={async () => setAnswer(await patientClient.optimize())}
      />
      {answer !== null && (
        <Dialog title="The stores are optimized" onClose={onClose}>
          <dl className="facts">
            <Fact name="Stores">{answer.stores.join(', ') || 'None needed it'}</Fact>
            <Fact name="Took">{duration(answer.duration)}</Fact>
            {answer.sizeBytesBefore !== null && answer.sizeBytesAfter !== null && (
              <Fact name="Size">
                {size(answer.sizeBytesBefore)} → {size(answer.sizeBytesAfter)}
              </Fact>
            )}
          </dl>
          <div className="buttons">
            <button type="button" onClick={onClose}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
