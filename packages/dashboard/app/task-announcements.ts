import type { StatusDocument } from '@cairn/protocol'
import { useEffect, useRef } from 'react'
import { useConnected } from './connected.tsx'
import { healthTexts } from './health.tsx'
import { statusTexts } from './status-badge.tsx'

/** Says what changes rarely and matters: the stage, the end, the health. Never the numbers. */
export function useTaskAnnouncements(status: StatusDocument | null): void {
  const { announce } = useConnected()
  const before = useRef<StatusDocument | null>(null)
  useEffect(() => {
    const last = before.current
    before.current = status
    if (status === null || last === null) return
    if (status.status !== last.status) {
      announce(`${status.repositoryName}: ${statusTexts[status.status]}.`)
    } else if (status.health.state !== last.health.state) {
      announce(`${status.repositoryName}: health is ${healthTexts[status.health.state]}.`)
    } else if (status.currentStage !== last.currentStage) {
      announce(`${status.repositoryName}: ${status.currentStage}.`)
    }
  }, [status, announce])
}
