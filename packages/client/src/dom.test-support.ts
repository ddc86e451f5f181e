import { Window } from 'happy-dom'

// Only what React asks for: the whole of happy-dom's globals would take the place of Node's fetch and streams.
const window = new Window()
Object.assign(globalThis, { window, document: window.document })

/** An element of React's, with its window's own types. */
export function createHost(): InstanceType<Window['HTMLElement']> {
  return window.document.createElement('main')
}
