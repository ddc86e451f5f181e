import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { staticEmbedder } from '@cairn/embedder-static'
import type { Fault, FaultContext, FaultOutcome } from './fault.ts'
import { chromaSubject } from './network-chroma.ts'
import { differencesOf, type NetworkContent } from './network-content.ts'
import { embeddingsSubject } from './network-embeddings.ts'
import { type NetworkCase, networkCases } from './network-faults.ts'
import { gitSubject } from './network-git.ts'
import { neo4jSubject } from './network-neo4j.ts'
import { makeNetworkRepository } from './network-repository.ts'
import type { NetworkSubject } from './network-subject.ts'
import { runTrial, type TrialOptions } from './network-trial.ts'

const repository = 'steps'
// The long form breaks in the middle at so many moments.
const moments = 3
const longestTrialMs = 240_000

/** A faulty network in front of each server in use. */
export const networkFaults: readonly Fault[] = [
  networkFault('Chroma', chromaSubject),
  networkFault('Neo4j', neo4jSubject),
  networkFault('embeddings server', embeddingsSubject),
  networkFault('git remote', gitSubject),
]

function networkFault(
  server: string,
  open: (repositoryPath: string) => Promise<NetworkSubject>,
): Fault {
  return {
    name: `network: ${server}`,
    async run(context) {
      const folder = await mkdtemp(join(tmpdir(), 'cairn-network-repository-'))
      const repositoryPath = join(folder, repository)
      const embedder = staticEmbedder({ threads: 1 })
      try {
        makeNetworkRepository(repositoryPath)
        await using subject = await open(repositoryPath)
        return await breakEverything(context, {
          subject,
          repositoryPath,
          repository,
          embedder,
        })
      } finally {
        await embedder.close?.()
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function breakEverything(
  context: FaultContext,
  options: Omit<TrialOptions, 'signal'>,
): Promise<FaultOutcome[]> {
  const trial = (weather: Parameters<typeof runTrial>[1]): ReturnType<typeof runTrial> => {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(longestTrialMs)])
    const t = Date.now()
    return runTrial({ ...options, signal }, weather).finally(() => console.error(weather?.it.name, weather?.atBytes, Date.now() - t)) // ZZ
  }
  const undisturbed = await trial(null)
  const outcomes: FaultOutcome[] = []
  for (const it of networkCases) {
    if (context.form === 'short' && !isOfShortForm(it, options.subject)) continue
    context.signal.throwIfAborted()
    const results: { content: NetworkContent; redonePercent: number; complaints: string[] }[] = []
    for (const share of sharesOf(it, context)) {
      const atBytes = Math.floor(undisturbed.carried * share)
      results.push(
        await trial({ it, atBytes }).then(
          (result) => ({ ...result, complaints: [...result.complaints] }),
          (error: unknown) => ({
            content: new Map(),
            redonePercent: 0,
            complaints: [`it did not end well: ${String(error)}`],
          }),
        ),
      )
    }
    const wrong = results.map(({ content }) => differencesOf(undisturbed.content, content))
    const isGood = results.map(
      ({ complaints }, index) => complaints.length === 0 && wrong[index]?.length === 0,
    )
    outcomes.push({
      fault: `${options.subject.name}: ${it.name}`,
      tries: results.length,
      survived: isGood.filter(Boolean).length,
      lost: wrong.reduce((sum, rows) => sum + rows.length, 0),
      redonePercent: Math.max(...results.map((result) => result.redonePercent)),
      notes: [
        ...new Set([
          ...results.flatMap(({ complaints }) => complaints),
          ...wrong.flatMap((rows) => rows.slice(0, 1).map((row) => `wrong, for example: ${row}`)),
        ]),
      ],
    })
  }
  return outcomes
}

function isOfShortForm({ isShort, name }: NetworkCase, { slowFaults }: NetworkSubject): boolean {
  return isShort && !slowFaults.includes(name)
}

/** At which parts of a run's traffic a fault of the middle begins. */
function sharesOf(it: NetworkCase, { form, seed }: FaultContext): number[] {
  if (it.begins === 'before the run') return [0]
  return Array.from({ length: form === 'short' ? 1 : moments }, (_, index) => {
    const hash = createHash('sha256').update(`${seed} ${it.name} ${index}`).digest()
    // At the very ends there is nothing left to break.
    return 0.05 + (0.8 * hash.readUInt32BE(0)) / 2 ** 32
  })
}
