import type { NetworkFault } from '@cairn/servers/faulty-proxy'

/** What the network before a server does to one run. */
export interface NetworkCase {
  readonly name: string
  /** `cut`: every connection is reset, once. */
  readonly fault: NetworkFault | 'cut'
  readonly begins: 'before the run' | 'in the middle'
  /** When it is over; `after the run failed`: the task is resumed then. */
  readonly ends: 'once it is waited for' | 'with the run' | 'after the run failed'
  readonly isShort: boolean
}

const waited = 'once it is waited for'
const middle = 'in the middle'

/** Everything that is done to a server, in the order of the table. */
export const networkCases: readonly NetworkCase[] = [
  {
    name: 'down at the start',
    fault: { kind: 'down' },
    begins: 'before the run',
    ends: waited,
    isShort: true,
  },
  {
    name: 'silent at the start',
    fault: { kind: 'half-open' },
    begins: 'before the run',
    ends: waited,
    isShort: false,
  },
  { name: 'down', fault: { kind: 'down' }, begins: middle, ends: waited, isShort: false },
  {
    name: 'connections reset once',
    fault: 'cut',
    begins: middle,
    ends: 'with the run',
    isShort: false,
  },
  { name: 'refusing', fault: { kind: 'refuse' }, begins: middle, ends: waited, isShort: false },
  {
    name: 'half-open',
    fault: { kind: 'half-open' },
    begins: middle,
    ends: waited,
    isShort: true,
  },
  { name: 'garbage', fault: { kind: 'garbage' }, begins: middle, ends: waited, isShort: false },
  {
    name: 'half an answer',
    fault: { kind: 'half-answer' },
    begins: middle,
    ends: waited,
    isShort: false,
  },
  {
    name: 'answer cut after it wrote',
    fault: { kind: 'lose-answer' },
    begins: middle,
    ends: waited,
    isShort: true,
  },
  {
    name: 'timed out after it wrote',
    fault: { kind: 'swallow' },
    begins: middle,
    ends: waited,
    isShort: false,
  },
  {
    name: 'late by 5 ms a piece',
    fault: { kind: 'delay', ms: 5 },
    begins: 'before the run',
    ends: 'with the run',
    isShort: false,
  },
  {
    name: 'slow drip',
    fault: { kind: 'drip', bytes: 2_000 },
    begins: 'before the run',
    ends: 'with the run',
    isShort: false,
  },
  {
    name: 'down past the budget',
    fault: { kind: 'down' },
    begins: middle,
    ends: 'after the run failed',
    isShort: true,
  },
  {
    name: 'half-open past the budget',
    fault: { kind: 'half-open' },
    begins: middle,
    ends: 'after the run failed',
    isShort: false,
  },
]
