import type { StatusClient } from '@cairn/client'
import { createContext, useContext } from 'react'

/** What every view works with. */
export interface Connected {
  readonly client: StatusClient
  /** For calls that take as long as what they do: it waits much longer for their answer. */
  readonly patientClient: StatusClient
  /** Whether the server has the routes that change something. */
  readonly hasControl: boolean
  /** Says something to a screen reader, once it is quiet. */
  readonly announce: (message: string) => void
}

/** What every view works with. */
export const ConnectedContext = createContext<Connected | null>(null)

/** What every view works with. */
export function useConnected(): Connected {
  const connected = useContext(ConnectedContext)
  if (connected === null) throw new Error('There is no client above this component.')
  return connected
}
