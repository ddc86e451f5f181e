import type { Spool } from '../contracts/journal.ts'
import type { Language } from '../contracts/language.ts'
import { createGraphMaker, type GraphMaker } from './build-graphs.ts'
import { createGraphThread, type GraphThread, type GraphThreadOptions } from './graph-thread.ts'
import { threadLanguages } from './thread-languages.ts'

export type { BuiltGraph } from './build-graphs.ts'

/** Builds the graphs of files of one state of a repository. */
export interface GraphBuilder {
  /**
   * The graph of each file, in the order given; the bytes of the files are gone afterwards. One call at a
   * time.
   */
  readonly build: GraphMaker
  /** Ends the thread, if there was one; to be called whatever became of the rest. */
  close(): Promise<void>
}

/** What {@link createGraphBuilder} needs to know. */
export interface GraphBuilderOptions {
  readonly repository: string
  /** The state of the repository: path → file version. */
  readonly versions: ReadonlyMap<string, string>
  readonly spool: Pick<Spool, 'surfaces'>
  readonly languages: readonly Language[]
  /** Rows of one piece of a graph. */
  readonly maxRows: number
  readonly memory: GraphThreadOptions['memory']
  /** How many files there will be at least. */
  readonly files: number
}

// To start a thread costs as much as some dozens of files.
const filesWorthAThread = 50

/**
 * Builds in a thread, so that the heap of the host stays small: what surfaces and rows are made of comes
 * to gigabytes over a large repository, and a heap that has grown stays so. Few files are built here, and
 * so are all where a language has a function of its own, which cannot cross.
 */
export function createGraphBuilder(options: GraphBuilderOptions): GraphBuilder {
  const { languages, spool, memory, files: expected, ...state } = options
  const crossing = threadLanguages(languages)
  const byId = new Map(languages.map((language) => [language.id, language]))
  const surfaces: Spool['surfaces'] = (versions) => spool.surfaces(versions)
  let here: GraphMaker | null = null
  let thread: GraphThread | null = null
  let asked = 0
  return {
    async build(files, buildOptions) {
      if (files.length === 0) return []
      asked += files.length
      if (crossing === null || Math.max(expected, asked) <= filesWorthAThread) {
        here ??= createGraphMaker({ ...state, surfaces, language: (id) => byId.get(id) })
        return here(files, buildOptions)
      }
      here = null
      thread ??= createGraphThread({
        start: {
          repository: state.repository,
          maxRows: state.maxRows,
          paths: [...state.versions.keys()],
          versions: [...state.versions.values()],
          languages: crossing,
        },
        surfaces,
        memory,
      })
      return thread.build(files, buildOptions)
    },
    close: async () => thread?.close(),
  }
}
