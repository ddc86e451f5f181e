import { bindBehaviours, type ConformanceCase } from '../conformance-case.ts'
import { bodies, events, reading, sockets } from './behaviour.ts'
import type { StatusServerConformanceOptions } from './status-server-subject.ts'

/** Every promise of a mounted status server, as cases for any test runner. */
export function statusServerCases(
  options: Omit<StatusServerConformanceOptions, 'name'>,
): readonly ConformanceCase[] {
  return bindBehaviours([...reading, ...bodies, ...events, ...sockets], async () => {
    const subject = await options.create()
    return { subject, dispose: () => subject.dispose() }
  })
}
