import { createHash } from 'node:crypto'
import { StoreError, type VectorSpace } from '@cairn/core'
import { z } from 'zod'
import { notChroma, otherDimensions, refused } from './failure.ts'
import { type ChromaServer, parsed } from './server.ts'
import type { Call } from './transport.ts'

/** A collection that cairn made: the vectors of one embedder. */
export interface OwnCollection extends VectorSpace {
  readonly id: string
}

/** Finds, makes and lists cairn's own collections; those of others are never touched. */
export interface Collections {
  /** The collection of a space; null where there is none. */
  find(space: VectorSpace, call: Call): Promise<OwnCollection | null>
  /** The collection of a space, made where there is none. */
  open(space: VectorSpace, call: Call): Promise<OwnCollection>
  list(call: Call): Promise<OwnCollection[]>
  /** Looks for a space's collection anew on the next call: it is not where it was. */
  forget(space: VectorSpace): void
}

// What is written with a collection says that it is cairn's.
const layout = 1
const markSchema = z.object({
  'cairn:layout': z.int(),
  'cairn:fingerprint': z.string(),
  'cairn:dimensions': z.int(),
})
const collectionSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  dimension: z.int().nullish(),
  metadata: z.unknown(),
})
type Described = z.infer<typeof collectionSchema>

const page = 100

export function createCollections(server: ChromaServer): Collections {
  const { url, collectionPrefix } = server.options
  const known = new Map<string, OwnCollection>()

  // Of a fingerprint of any length and any characters.
  const nameOf = ({ fingerprint }: VectorSpace): string =>
    `${collectionPrefix}${createHash('sha256').update(fingerprint).digest('hex').slice(0, 32)}`

  const lookUp = async (space: VectorSpace, call: Call): Promise<OwnCollection | null> => {
    const answer = await server.ask(call, 'GET', `/collections/${nameOf(space)}`)
    if (answer.status === 404) return null
    return ownOrThrow(space, parsed(collectionSchema, answer) ?? fail(answer.status, answer.body))
  }

  const make = async (space: VectorSpace, call: Call): Promise<OwnCollection> => {
    const answer = await server.ask(call, 'POST', '/collections', {
      name: nameOf(space),
      // Twice what it looks at by itself: a filter hides many of them.
      configuration: { hnsw: { space: 'cosine', ef_search: 200 } },
      metadata: {
        'cairn:layout': layout,
        'cairn:fingerprint': space.fingerprint,
        'cairn:dimensions': space.dimensions,
      } satisfies z.infer<typeof markSchema>,
      // That would overwrite the metadata of one that another program has made.
      get_or_create: false,
    })
    if (answer.status === 409) {
      const made = await lookUp(space, call)
      if (made) return made
    }
    return ownOrThrow(space, parsed(collectionSchema, answer) ?? fail(answer.status, answer.body))
  }

  const fail = (status: number, body: string): never => {
    throw status < 300 ? notChroma(url) : refused(url, status, body)
  }

  /** The collection of a name that cairn would give; an error where it is not what it should be. */
  const ownOrThrow = (space: VectorSpace, described: Described): OwnCollection => {
    const own = ownOf(described)
    if (own?.fingerprint !== space.fingerprint) {
      throw new StoreError(
        'STORE_MISMATCH',
        `The collection "${described.name}" of Chroma at ${url} was not made by cairn: choose another \`collectionPrefix\`.`,
      )
    }
    const stored = described.dimension ?? own.dimensions
    const wrong = [stored, own.dimensions].find((dimensions) => dimensions !== space.dimensions)
    if (wrong !== undefined) {
      throw otherDimensions(
        `The collection "${described.name}" of Chroma at ${url}`,
        wrong,
        space.dimensions,
      )
    }
    return own
  }

  const ownOf = ({ id, name, metadata }: Described): OwnCollection | null => {
    const mark = markSchema.safeParse(metadata)
    if (!mark.success || !name.startsWith(collectionPrefix)) return null
    if (mark.data['cairn:layout'] > layout) {
      throw new StoreError(
        'STORE_TOO_NEW',
        `The collection "${name}" of Chroma at ${url} was written by a newer version of cairn.`,
      )
    }
    const space = {
      fingerprint: mark.data['cairn:fingerprint'],
      dimensions: mark.data['cairn:dimensions'],
    }
    return name === nameOf(space) ? { id, ...space } : null
  }

  const remembered = (space: VectorSpace): OwnCollection | null => {
    const own = known.get(space.fingerprint)
    if (own && own.dimensions !== space.dimensions) {
      throw otherDimensions(
        `The collection "${nameOf(space)}" of Chroma at ${url}`,
        own.dimensions,
        space.dimensions,
      )
    }
    return own ?? null
  }

  const remember = <T extends OwnCollection | null>(own: T): T => {
    if (own) known.set(own.fingerprint, own)
    return own
  }

  return {
    find: async (space, call) => remembered(space) ?? remember(await lookUp(space, call)),
    open: async (space, call) =>
      remembered(space) ?? remember((await lookUp(space, call)) ?? (await make(space, call))),
    async list(call) {
      const found = new Map<string, OwnCollection>()
      for (let offset = 0; ; offset += page) {
        const answer = await server.ask(call, 'GET', `/collections?limit=${page}&offset=${offset}`)
        const described =
          parsed(z.array(collectionSchema), answer) ?? fail(answer.status, answer.body)
        for (const collection of described) {
          const own = ownOf(collection)
          if (own) found.set(own.id, own)
        }
        if (described.length < page) return [...found.values()]
      }
    },
    forget: (space) => void known.delete(space.fingerprint),
  }
}
