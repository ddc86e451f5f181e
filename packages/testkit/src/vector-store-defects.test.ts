import type { VectorStore } from '@cairn/core'
import { StoreError } from '@cairn/core'
import { catchesDefects } from './fixtures/catches.ts'
import { memoryVectorStore, type VectorDefects } from './fixtures/memory-vector-store.ts'
import { vectorStoreCases } from './vector-store/vector-store-cases.ts'

const store = (defects: VectorDefects) => () => memoryVectorStore(defects)

const change = (make: (working: VectorStore) => Partial<VectorStore>) => () => {
  const working = memoryVectorStore()
  return { ...working, ...make(working) }
}

const seen = (): ((id: string) => boolean) => {
  const ids = new Set<string>()
  return (id) => ids.size === ids.add(id).size
}

const ignoresSignal = change((working) => ({
  upsert: (space, rows) => working.upsert(space, rows),
}))

catchesDefects({
  suite: 'the suite of vector stores',
  working: () => memoryVectorStore(),
  cases: (create) =>
    vectorStoreCases({
      propertyRuns: 100,
      create: async () => ({ store: create(), dispose: async () => {} }),
    }),
  defects: {
    'a row that was written is read back': {
      'rounds vectors to a few bits': change((working) => ({
        upsert: (space, rows, options) =>
          working.upsert(
            space,
            rows.map((row) => ({
              ...row,
              vector: row.vector.map((value) => Math.round(value * 127) / 127),
            })),
            options,
          ),
      })),
    },
    'a row that is written twice is there once': {
      'counts writes instead of rows': change((working) => {
        let written = 0
        return {
          upsert: async (space, rows, options) => {
            written += rows.length
            await working.upsert(space, rows, options)
          },
          count: async () => written,
        }
      }),
    },
    'a row that stands twice in one call is there once': {
      'refuses an id that it saw in the same call': change((working) => ({
        upsert: async (space, rows, options) => {
          const isSeen = seen()
          if (rows.some((row) => isSeen(row.id))) throw new StoreError('STORE_FAILED', 'Twice.')
          await working.upsert(space, rows, options)
        },
      })),
    },
    'a row that is written again takes the place of the former, so that a damaged one can be repaired':
      { 'keeps the first row': store({ overwrites: false }) },
    'an empty write is no error and makes no space': {
      'refuses an empty write': change((working) => ({
        upsert: async (space, rows, options) => {
          if (rows.length === 0) throw new StoreError('STORE_FAILED', 'Nothing to write.')
          await working.upsert(space, rows, options)
        },
      })),
      'lists a space that has no row': change((working) => {
        const spaces: Parameters<VectorStore['upsert']>[0][] = []
        return {
          upsert: async (space, rows, options) => {
            spaces.push(space)
            await working.upsert(space, rows, options)
          },
          spaces: async () => spaces,
        }
      }),
    },
    'exactly maxBatch rows are written, read and deleted in one call': {
      'drops the last row of a full batch': store({ dropsLast: true }),
    },
    'the vectors that were given stay the caller’s': {
      'keeps the caller’s arrays': store({ copies: false }),
      'stores the whole buffer behind a part of it': change((working) => ({
        upsert: (space, rows, options) =>
          working.upsert(
            space,
            rows.map((row) => ({
              ...row,
              vector: new Float32Array(row.vector.buffer, 0, row.vector.length),
            })),
            options,
          ),
      })),
    },
    'a vector of another length than the space’s is refused and not stored': {
      'takes any length': store({ checksLength: false }),
    },
    'any name of a repository, path or language is kept apart from every other': {
      'takes what follows a line break for nothing': store({
        repositoryKey: (repository) => repository.split('\n')[0] ?? '',
      }),
      'normalises names': store({ repositoryKey: (repository) => repository.normalize('NFC') }),
    },
    'deleting says how many rows there were, and unknown ids are no error': {
      'counts the ids it was given': change((working) => ({
        delete: async (space, ids, options) => {
          await working.delete(space, ids, options)
          return ids.length
        },
      })),
    },
    'deleting nothing, or from a space that was never written to, deletes nothing': {
      'takes no ids for all': change((working) => ({
        delete: async (space, ids, options) => {
          if (ids.length === 0) throw new StoreError('STORE_FAILED', 'No ids.')
          return working.delete(space, ids, options)
        },
      })),
    },
    'a row that was deleted can be written again': {
      'remembers deleted ids': change((working) => {
        const deleted = new Set<string>()
        return {
          delete: async (space, ids, options) => {
            for (const id of ids) deleted.add(id)
            return working.delete(space, ids, options)
          },
          upsert: async (space, rows, options) =>
            working.upsert(
              space,
              rows.filter((row) => !deleted.has(row.id)),
              options,
            ),
        }
      }),
    },
    'removing a repository takes its rows from every space and no others': {
      'does not remove': change(() => ({ removeRepository: async () => 0 })),
      'removes all repositories': change((working) => ({
        removeRepository: async (repository, options) => {
          const removed = await working.removeRepository(repository, options)
          for (const space of await working.spaces()) {
            const hits = await working.query(space, new Float32Array(space.dimensions), {
              limit: 99,
            })
            await working.delete(
              space,
              hits.map(({ id }) => id),
            )
          }
          return removed
        },
      })),
    },
    'a call whose signal was aborted rejects, and writes and deletes nothing': {
      'ignores the signal of a write': ignoresSignal,
      'rejects after it has deleted': change((working) => ({
        delete: async (space, ids, options) => {
          const deleted = await working.delete(space, ids)
          options?.signal?.throwIfAborted()
          return deleted
        },
      })),
    },
    'calls that run at the same time do not disturb each other': {
      'loses the rows of a call that overlaps another': change((working) => {
        let isWriting = false
        return {
          upsert: async (space, rows, options) => {
            if (isWriting) return
            isWriting = true
            await new Promise(setImmediate)
            await working.upsert(space, rows, options)
            isWriting = false
          },
        }
      }),
    },
    'the nearest rows come first, with the cosine distance of each': {
      'gives the similarity for the distance': store({ distance: (cosine) => 1 - cosine }),
      'gives the Euclidean distance': store({ distance: (cosine) => Math.sqrt(2 * cosine) }),
      'leaves out the nearest row': change((working) => ({
        query: async (space, vector, options) =>
          (await working.query(space, vector, { ...options, limit: options.limit + 1 })).slice(1),
      })),
    },
    'the distance is 0 in the same direction, 1 at a right angle and 2 opposite': {
      'halves the distance': store({ distance: (cosine) => cosine / 2 }),
    },
    'rows at the same distance come in the order of their ids, also at the limit': {
      'leaves them as they were written': store({
        compare: (left, right) => left.distance - right.distance,
      }),
      'sorts by id only after the limit': change((working) => ({
        query: async (space, vector, options) => {
          const hits = await working.query(space, vector, { ...options, limit: 99 })
          return hits
            .reverse()
            .sort((left, right) => left.distance - right.distance)
            .slice(0, options.limit)
            .sort((left, right) => left.distance - right.distance || (left.id < right.id ? -1 : 1))
        },
      })),
    },
    'a limit beyond the number of rows gives every row': {
      'refuses a limit above 4096': change((working) => ({
        query: async (space, vector, options) => {
          if (options.limit > 4096) throw new StoreError('STORE_FAILED', 'Too many.')
          return working.query(space, vector, options)
        },
      })),
    },
    'a space that was never written to gives no hits': {
      'rejects for an unknown space': change((working) => ({
        query: async (space, vector, options) => {
          const known = await working.spaces()
          if (!known.some(({ fingerprint }) => fingerprint === space.fingerprint)) {
            throw new StoreError('STORE_FAILED', 'No such collection.')
          }
          return working.query(space, vector, options)
        },
      })),
    },
    'a vector of another length, or other dimensions of a known space, are refused': {
      'compares what components there are': store({ checksLength: false }),
      'rejects with something else than a StoreError': change((working) => ({
        query: (space, vector, options) =>
          working.query(space, vector, options).catch((cause: unknown) => {
            throw new Error('It failed.', { cause })
          }),
      })),
    },
    'each filter narrows alone, with one value or several': {
      'looks at the first value of a filter': change((working) => ({
        query: (space, vector, { filter, ...options }) => {
          const [language] = filter?.languages ?? []
          return working.query(space, vector, {
            ...options,
            filter: { ...filter, ...(language === undefined ? {} : { languages: [language] }) },
          })
        },
      })),
      'lets rows without a kind pass': store({
        passes: (row, filter) =>
          row.symbolKind === null || (filter.symbolKinds?.includes(row.symbolKind) ?? true),
      }),
    },
    'filters narrow together': {
      'lets pass what one of the filters lets pass': store({
        passes: (row, { repositories, languages }) =>
          (repositories === undefined && languages === undefined) ||
          repositories?.includes(row.repository) === true ||
          languages?.includes(row.language) === true,
      }),
    },
    'an empty filter list lets nothing through': {
      'takes an empty list for no filter': change((working) => ({
        query: (space, vector, { filter, ...options }) =>
          working.query(space, vector, {
            ...options,
            filter: Object.fromEntries(
              Object.entries(filter ?? {}).filter(([, values]) => values.length > 0),
            ),
          }),
      })),
    },
    'the limit counts rows that pass the filter, however many nearer ones do not': {
      'filters the nearest rows': store({ filtersAfterLimit: true }),
    },
    'a filter may name the versions of 20,000 files, as a path glob does': {
      'takes the first thousand versions': change((working) => ({
        query: (space, vector, { filter, ...options }) => {
          const versions = filter?.versions?.slice(0, 1000)
          return working.query(space, vector, {
            ...options,
            filter: { ...filter, ...(versions ? { versions } : {}) },
          })
        },
      })),
    },
    'spaces are kept apart, also for rows of the same id': {
      'has one collection for all spaces of the same dimensions': store({
        spaceKey: ({ dimensions }) => String(dimensions),
      }),
    },
    'vectors are read in the order asked, null for what is not there': {
      'leaves out what is not there': change((working) => ({
        get: async (space, ids, options) =>
          (await working.get(space, ids, options)).filter((vector) => vector !== null),
      })),
      'gives them in the order of their ids': change((working) => ({
        get: (space, ids, options) => working.get(space, [...ids].sort(), options),
      })),
    },
    'reading no ids gives nothing, and a space that was never written to gives null': {
      'gives nothing for an unknown space': change((working) => ({
        get: async (space, ids, options) =>
          (await working.spaces()).length === 0 ? [] : working.get(space, ids, options),
      })),
    },
    'ids come in ascending order, page by page, each once': {
      'begins a page with the last id of the one before': change((working) => ({
        ids: async (space, { after, ...options }) => {
          const ids = await working.ids(space, { ...options, limit: 1000 })
          const start = after === undefined ? 0 : ids.findIndex((id) => id >= after)
          return ids.slice(start, start + options.limit)
        },
      })),
      'ignores the limit': change((working) => ({
        ids: (space, options) => working.ids(space, { ...options, limit: 1000 }),
      })),
    },
    'rows are summed up by version, where a store does that, as its ids say': {
      'takes the number of rows for the last ordinal': change((working) => ({
        versions: async (space, options) =>
          ((await working.versions?.(space, options)) ?? []).map((sum) => ({
            ...sum,
            lastOrdinal: sum.rows - 1,
          })),
      })),
      'sums up every repository': store({ repositoryKey: () => '' }),
    },
    'a page may begin after an id that is not there': {
      'looks for the place of the id': change((working) => ({
        ids: async (space, { after, ...options }) => {
          const ids = await working.ids(space, { ...options, limit: 1000 })
          const start = after === undefined ? 0 : ids.indexOf(after) + 1
          return ids.slice(start, start + options.limit)
        },
      })),
    },
    'an unknown repository has no ids and no rows': {
      'counts every repository': store({ repositoryKey: () => '' }),
    },
    'the spaces that hold a row are listed with their dimensions, and no others': {
      'lists spaces that were emptied': change((working) => {
        const spaces = new Map<string, Parameters<VectorStore['upsert']>[0]>()
        return {
          upsert: (space, rows, options) => {
            spaces.set(space.fingerprint, space)
            return working.upsert(space, rows, options)
          },
          spaces: async () => [...spaces.values()],
        }
      }),
    },
    'any sequence of writes leaves what a map would hold, and any query finds the nearest of it': {
      'deletes nothing': change(() => ({ delete: async () => 0 })),
      'forgets the last row of a write': change((working) => ({
        upsert: (space, rows, options) => working.upsert(space, rows.slice(0, -1), options),
      })),
      'leaves a removed repository in its second space': change((working) => ({
        removeRepository: async (repository, options) => {
          const held = []
          for (const space of await working.spaces()) {
            const ids = await working.ids(space, { repository, limit: 99 })
            if (ids.length > 0) held.push({ space, ids })
          }
          const [, second] = held
          if (!second) return working.removeRepository(repository, options)
          const { space, ids } = second
          const vectors = await working.get(space, ids)
          const removed = await working.removeRepository(repository, options)
          const rows = ids.flatMap((id, index) => {
            const vector = vectors[index]
            const rest = { repository, version: 'v', path: 'a', language: 'go', symbolKind: null }
            return vector ? [{ id, vector, ...rest }] : []
          })
          await working.upsert(space, rows)
          return removed
        },
      })),
    },
  },
})
