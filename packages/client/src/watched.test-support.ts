import type { StatusDocument } from '@cairn/protocol'
import { expect } from 'vitest'
import type { ConnectionState } from './follow.ts'
import type { StatusClientError } from './status-client-error.ts'
import type { TaskWatch } from './watch-task.ts'

/** Everything that a watch told. */
export interface Heard {
  readonly documents: readonly StatusDocument[]
  readonly states: readonly ConnectionState[]
  readonly errors: readonly StatusClientError[]
  /** Resolves when something is so, looking after everything that is told. */
  until(isSo: (heard: Heard) => boolean): Promise<void>
}

/** Writes down what a watch tells. */
export function hear(watch: TaskWatch): Heard {
  const documents: StatusDocument[] = []
  const states: ConnectionState[] = [watch.state]
  const errors: StatusClientError[] = []
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const each of waiting) each()
  }
  watch.on('status', (status) => {
    documents.push(status)
    look()
  })
  watch.on('state', (state) => {
    states.push(state)
    look()
  })
  watch.on('error', (error) => {
    errors.push(error)
    look()
  })
  const heard: Heard = {
    documents,
    states,
    errors,
    until: (isSo) =>
      new Promise((resolve) => {
        const each = (): void => {
          if (!isSo(heard)) return
          waiting.delete(each)
          resolve()
        }
        waiting.add(each)
        each()
      }),
  }
  return heard
}

/** Nothing came twice or out of order, and the last that came is how the task ended. */
export function expectWhole(heard: Heard, ended: StatusDocument): void {
  const seqs = heard.documents.map(({ seq }) => seq)
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  expect(heard.documents.at(-1)).toEqual(ended)
  expect(heard.states.at(-1)).toBe('ended')
}
