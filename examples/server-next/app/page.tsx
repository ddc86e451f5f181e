'use client'

import { createStatusClient } from '@cairn/client'
import { useIndexStatus, useIndexTasks } from '@cairn/client/react'
import type { ReactNode } from 'react'

/** Of the status server below this very origin. Route handlers take no WebSocket, so none is tried. */
const client = createStatusClient({ WebSocket: null })

/** The newest task, live. */
export default function Page(): ReactNode {
  const { tasks } = useIndexTasks(client, { limit: 1 })
  const { status, connection, error } = useIndexStatus(client, tasks?.[0]?.taskId ?? null)
  return (
    <main>
      <h1>A page of my own</h1>
      {error && <p role="alert">{error.detail}</p>}
      {status && (
        <p role="status">
          {status.repositoryName}: {status.status}, {status.overallProgress} %,{' '}
          {status.processedFiles} of {status.totalFiles} files ({connection})
        </p>
      )}
    </main>
  )
}
