/** Runs that get stuck in a stage until they are ended, for the tests of cancelling and pausing. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import {
  type Embedder,
  EmbedderError,
  type IndexRun,
  type Language,
  language,
  type Storage,
  StoreError,
} from '@cairn/core'
import type { WorkingStage } from '@cairn/protocol'
import { failing, type OpenOptions } from './fixture.ts'

/** A call that goes on until its signal ends it. */
export interface StuckCall {
  /** Resolves when it was made. */
  readonly reached: Promise<void>
  /** Resolves when its signal ended it. */
  readonly left: Promise<void>
  readonly call: (signal: AbortSignal | undefined) => Promise<never>
}

export function stuckCall(): StuckCall {
  let reach = (): void => undefined
  let leave = (): void => undefined
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const left = new Promise<void>((resolve) => {
    leave = resolve
  })
  const call = (signal: AbortSignal | undefined): Promise<never> =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        leave()
        reject(signal.reason)
      })
      reach()
    })
  return { reached, left, call }
}

const pythonGrammar = createRequire(import.meta.resolve('@cairn/core')).resolve(
  '@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm',
)

/** A language whose files can take time that doubles with every letter. */
const endless: Language = language({
  id: 'endless',
  extensions: ['.endless'],
  grammar: pathToFileURL(pythonGrammar).href,
  query: '(class_definition name: (identifier) @name) @definition.class',
  visibility: { exported: '^class (?:a+)+$' },
})

/** A file of {@link endless} that a thread is never through with. */
export const endlessFile: Readonly<Record<string, string>> = {
  'z/slow.endless': `class ${'a'.repeat(60)}b: pass\n`,
}

/** What makes a run get stuck in a stage, and how to see that it is, and that it has been let go. */
export interface Stuck {
  readonly options: OpenOptions
  readonly reached: (run: IndexRun) => Promise<void>
  readonly left: () => Promise<void>
}

const healthy = (run: IndexRun, state: string): Promise<void> =>
  new Promise((resolve) => {
    run.on('health.changed', ({ health }) => {
      if (health.state === state && run.status()?.currentStage !== 'queued') resolve()
    })
  })

/** The ways to get stuck that need no server, over a storage and an embedder that work. */
export function waysToStick(
  storage: Storage,
  embedder: Embedder,
): readonly (readonly [name: string, stage: WorkingStage, make: () => Stuck])[] {
  const atCall = (options: (call: StuckCall['call']) => OpenOptions): Stuck => {
    const { reached, left, call } = stuckCall()
    return { options: options(call), reached: () => reached, left: () => left }
  }
  const nothingHeld = async (): Promise<void> => undefined
  return [
    [
      'a file that takes for ever',
      'parsing',
      () => ({
        options: {
          languages: [endless],
          limits: { parseTimeoutMs: 600_000, parseThreads: 1, stallAfterMs: 500 },
        },
        reached: (run) => healthy(run, 'stalled'),
        left: nothingHeld,
      }),
    ],
    [
      'a batch of the embedder',
      'embedding',
      () =>
        atCall((call) => ({
          embedder: failing(embedder, { embedDocuments: (_, options) => call(options?.signal) }),
        })),
    ],
    [
      'the wait for an embedder that is down',
      'embedding',
      () => ({
        options: {
          embedder: failing(embedder, {
            embedDocuments: async () => {
              throw new EmbedderError('EMBEDDER_UNAVAILABLE', 'It is down.', { recoverable: true })
            },
          }),
          limits: { retries: 100 },
        },
        reached: (run) => healthy(run, 'waiting'),
        left: nothingHeld,
      }),
    ],
    [
      'a write to the vectors',
      'storing',
      () =>
        atCall((call) => ({
          storage: {
            ...storage,
            vectors: {
              ...storage.vectors,
              upsertSpooled: (_space, _repository, _versions, options) => call(options?.signal),
            },
          },
        })),
    ],
    [
      'the wait for a vector store that is down',
      'storing',
      () => ({
        options: {
          storage: {
            ...storage,
            vectors: {
              ...storage.vectors,
              upsertSpooled: async () => {
                throw new StoreError('STORE_FAILED', 'It is down.', { recoverable: true })
              },
            },
          },
          limits: { retries: 100 },
        },
        reached: (run) => healthy(run, 'waiting'),
        left: nothingHeld,
      }),
    ],
    [
      'a write to the graph',
      'storing',
      () =>
        atCall((call) => ({
          storage: {
            ...storage,
            graph: { ...storage.graph, upsert: (_, options) => call(options?.signal) },
          },
        })),
    ],
    [
      'a question to the graph',
      'validating',
      () =>
        atCall((call) => ({
          storage: {
            ...storage,
            graph: { ...storage.graph, owners: (options) => call(options.signal) },
          },
        })),
    ],
  ]
}
