import type { ConnectionState, StatusClientError } from '@cairn/client'
import { useEffect, useRef } from 'react'
import { ErrorNote } from './error-note.tsx'

const connectionTexts: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  polling: 'Every few seconds',
  reconnecting: 'Reconnecting',
  ended: 'Disconnected',
}

/** How the page is connected, in a word. */
export function Connection({ state }: { state: ConnectionState }) {
  return (
    <span className="connection" data-state={state}>
      <span className="dot" aria-hidden="true" />
      {connectionTexts[state]}
    </span>
  )
}

/** Says that the connection is lost, and that it is back: once each. */
export function ConnectionBanner(props: {
  connection: ConnectionState
  error: StatusClientError | null
  announce: (message: string) => void
}) {
  const { connection, error, announce } = props
  const wasLost = useRef(false)
  const isLost = connection === 'reconnecting' || (connection === 'connecting' && error !== null)
  useEffect(() => {
    if (isLost && !wasLost.current) {
      announce('The connection is lost. Trying to reconnect.')
      wasLost.current = true
    } else if (wasLost.current && (connection === 'live' || connection === 'polling')) {
      announce('The connection is back.')
      wasLost.current = false
    }
  }, [isLost, connection, announce])
  if (connection === 'ended' && error) {
    return (
      <div className="banner">
        <ErrorNote title="The server refused the connection." error={error} />
      </div>
    )
  }
  if (!isLost) return null
  return (
    <p className="banner" data-testid="connection-lost">
      <strong>The connection is lost.</strong> What is shown may be old. The page is trying to
      reconnect.
    </p>
  )
}
