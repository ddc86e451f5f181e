import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { staticEmbedder } from '@cairn/embedder-static'
import type { Fault, FaultContext, FaultOutcome } from './fault.ts'
import { killBeside } from './kill-beside.ts'
import { makeRepository } from './made-repository.ts'
import { type NetworkCase, networkCases } from './network-cases.ts'
import { chromaSubject } from './network-chroma.ts'
import { embeddingsSubject } from './network-embeddings.ts'
import { gitSubject } from './network-git.ts'
import { neo4jSubject } from './network-neo4j.ts'
import type { NetworkSubject } from './network-subject.ts'
import { runTrial, type TrialOptions, type TrialResult, type Weather } from './network-trial.ts'
import { createRandom } from './random.ts'
import { differences } from './stored-content.ts'

const repository = 'made'
const files = 50
// The long form breaks in the middle at so many moments.
const moments = 3
const longestTrialMs = 240_000

/** A faulty network before each server in use. */
export const networkFaults: readonly Fault[] = [
  networkFault('network-chroma', chromaSubject),
  networkFault('network-neo4j', neo4jSubject),
  networkFault('network-embeddings', embeddingsSubject),
  networkFault('network-git', gitSubject),
]

/** Breaks the network before one server; rejects with `ServerUnavailableError` where this machine has none. */
function networkFault(
  name: string,
  open: (repositoryPath: string) => Promise<NetworkSubject>,
): Fault {
  return {
    name,
    async run(context) {
      const folder = await mkdtemp(join(tmpdir(), 'cairn-network-repository-'))
      const repositoryPath = join(folder, repository)
      const embedder = staticEmbedder({ threads: 1 })
      try {
        makeRepository(repositoryPath, files)
        const subject = await open(repositoryPath)
        try {
          const options = { subject, repositoryPath, repository, embedder }
          // Here too, so that the server is started once.
          return [
            ...(await breakNetwork(context, options)),
            ...(await killBeside(context, subject)),
          ]
        } finally {
          await subject.close()
        }
      } finally {
        await embedder.close?.()
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function breakNetwork(
  { form, seed, signal }: FaultContext,
  options: Omit<TrialOptions, 'signal'>,
): Promise<FaultOutcome[]> {
  const { subject } = options
  const attempt = (weather: Weather | null): Promise<TrialResult> => {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(longestTrialMs)])
    return runTrial({ ...options, signal: ending }, weather)
  }
  const undisturbed = await attempt(null)
  const random = createRandom(seed)
  const outcomes: FaultOutcome[] = []
  for (const it of networkCases) {
    if (form === 'short' && !isOfShortForm(it, subject)) continue
    const tries: Judged[] = []
    const count = form === 'short' || it.begins === 'before the run' ? 1 : moments
    while (tries.length < count) {
      signal.throwIfAborted()
      // At the very ends there is nothing left to break.
      const atBytes = Math.floor(undisturbed.carried * (0.05 + 0.8 * random()))
      const result = await attempt({ it, atBytes }).catch(toFailure)
      tries.push(judged(result, undisturbed, atBytes))
    }
    outcomes.push(outcomeOf(`${subject.name}: ${it.name}`, tries))
  }
  return outcomes
}

function isOfShortForm({ isShort, name }: NetworkCase, { slowFaults }: NetworkSubject): boolean {
  return isShort && !slowFaults.includes(name)
}

/** A try that neither completed nor could be resumed has nothing to show. */
function toFailure(error: unknown): TrialResult {
  const complaints = [`it did not end well: ${String(error)}`]
  return { content: new Map(), carried: 0, redonePercent: 0, complaints }
}

interface Judged {
  readonly lost: number
  readonly redonePercent: number
  readonly notes: readonly string[]
}

function judged(result: TrialResult, undisturbed: TrialResult, atBytes: number): Judged {
  const wrong = differences(undisturbed.content, result.content)
  const notes = [
    ...result.complaints,
    ...wrong.slice(0, 2).map((row) => `other than it was: ${row}`),
  ]
  const { redonePercent } = result
  const at = `at byte ${atBytes} of ${undisturbed.carried}`
  return { lost: wrong.length, redonePercent, notes: notes.map((note) => `${at}: ${note}`) }
}

function outcomeOf(fault: string, tries: readonly Judged[]): FaultOutcome {
  return {
    fault,
    tries: tries.length,
    survived: tries.filter(({ notes }) => notes.length === 0).length,
    lost: tries.reduce((sum, { lost }) => sum + lost, 0),
    redonePercent: tries.reduce((most, { redonePercent }) => Math.max(most, redonePercent), 0),
    overdone: null,
    notes: tries.flatMap(({ notes }) => notes),
  }
}
