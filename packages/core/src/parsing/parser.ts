import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Language } from '../contracts/language.ts'
import type { EncodedFile, ParsedFile } from '../contracts/parsed-file.ts'
import { InvalidOptionsError } from '../errors.ts'
import { builtinLanguages } from './builtin-languages.ts'
import { createLanguageDetector } from './detect-language.ts'
import { decodeFile } from './encoded-file.ts'
import { fingerprintOf } from './fingerprint.ts'
import { language as checkLanguage } from './language.ts'
import { languageData } from './language-data.ts'
import { createParsePool } from './parse-pool.ts'

/** Options of {@link createParser}. */
export interface ParserOptions {
  /** Languages beside the built-in ones; one of the same id takes its place. @default [] */
  readonly languages?: readonly Language[]
  /** Worker threads. @default the number of cores less one, at least 1, at most 4 */
  readonly threads?: number
  /** Milliseconds that one file may take. @default 10_000 */
  readonly timeLimitMs?: number
  /** Characters that no chunk exceeds. @default 2_000 */
  readonly maxChunkCharacters?: number
  /** Characters below which a type is not cut into its members. @default 300, at most the maximum */
  readonly minChunkCharacters?: number
  /** Megabytes of JavaScript heap of one thread; the parser's own memory comes on top. @default 256 */
  readonly maxHeapMb?: number
  /** Whether memory counts for more than time: V8 then optimizes no WebAssembly of the process any more. @default false */
  readonly isFrugal?: boolean
}

/** The parser as one run uses it: the files of all of them take turns at the threads. */
export interface ParserShare extends Pick<Parser, 'parseEncoded'> {
  /** Has at most so many threads work for it from now on; the pool never has more than {@link ParserOptions.threads}. */
  limitThreads(threads: number): void
}

/** Turns files into chunks, symbols and references, in worker threads. */
export interface Parser {
  /** Changes whenever the same bytes could give another result: grammars, queries, limits, algorithm. */
  readonly fingerprint: string
  /** Every language there is, the built-in ones among them. */
  readonly languages: readonly Language[]
  /** Id of the language a file is in, by its name or the interpreter line in its first bytes; `text` where none claims it. */
  languageOf(path: string, firstBytes?: Uint8Array): string
  /** The language of an id; undefined for `text` and what is not known. */
  language(id: string): Language | undefined
  /**
   * Parses one file. `bytes` is copied and may be used again. Calls made together are sent to the
   * threads together, so keep some dozens of files in flight.
   *
   * @throws FileError `PARSE_TIMEOUT`, `PARSE_CRASHED` or `PARSE_FAILED`: the file cannot be parsed.
   * @throws CairnError `GRAMMAR_INVALID` where the language itself cannot be loaded; `CLOSED`.
   * @throws CancelledError when `signal` aborts.
   */
  parse(
    file: { readonly path: string; readonly language: string; readonly bytes: Uint8Array },
    options?: { readonly signal?: AbortSignal },
  ): Promise<ParsedFile>
  /**
   * Like {@link parse}, without building up the result: for passing it on to another thread, which
   * keeps its objects off this one. `decodeFile` of `@cairn/core/encoded-file` makes the file of it.
   */
  parseEncoded(
    file: { readonly path: string; readonly language: string; readonly bytes: Uint8Array },
    options?: { readonly signal?: AbortSignal },
  ): Promise<EncodedFile>
  /** A part of the parser for one run, which others beside it do not hold up. */
  share(): ParserShare
  /** Gives back the memory of the threads if none of them works; the next file starts others. */
  rest(): Promise<void>
  /** Ends the threads; what is still being parsed rejects with `CLOSED`. */
  close(): Promise<void>
}

const optionsSchema = z
  .object({
    threads: z.int().min(1).max(64),
    timeLimitMs: z
      .number()
      .positive()
      .max(2 ** 31 - 1),
    maxChunkCharacters: z.int().min(100),
    minChunkCharacters: z.int().min(0),
    maxHeapMb: z.int().min(16),
    isFrugal: z.boolean(),
  })
  .refine((options) => options.minChunkCharacters <= options.maxChunkCharacters, {
    error: 'must not exceed maxChunkCharacters',
    path: ['minChunkCharacters'],
  })

/**
 * A parser with its worker threads; they start with the first file and end when idle.
 * @throws InvalidOptionsError
 * @throws CairnError `GRAMMAR_INVALID` for a language that is not of the documented shape, or whose
 * grammar file is missing.
 */
export function createParser(options: ParserOptions = {}): Parser {
  const maxChunkCharacters = options.maxChunkCharacters ?? 2_000
  const checked = optionsSchema.safeParse({
    threads: options.threads ?? Math.min(4, Math.max(1, availableParallelism() - 1)),
    timeLimitMs: options.timeLimitMs ?? 10_000,
    maxChunkCharacters,
    minChunkCharacters: options.minChunkCharacters ?? Math.min(300, maxChunkCharacters),
    maxHeapMb: options.maxHeapMb ?? 256,
    isFrugal: options.isFrugal ?? false,
  })
  if (!checked.success) {
    const issue = checked.error.issues[0]
    throw new InvalidOptionsError(`${issue?.path.join('.')}: ${issue?.message}`, {
      cause: checked.error,
    })
  }
  const settings = checked.data
  const byId = new Map<string, Language>()
  for (const language of builtinLanguages) byId.set(language.id, language)
  for (const language of options.languages ?? []) {
    // Taken out first, so that what replaces a language also claims its endings last.
    byId.delete(language.id)
    byId.set(language.id, checkLanguage(language))
  }
  const all = [...byId.values()]
  const languages = all.map(languageData)
  const limits = {
    maxChunkCharacters: settings.maxChunkCharacters,
    minChunkCharacters: settings.minChunkCharacters,
  }
  const pool = createParsePool({
    threads: settings.threads,
    timeLimitMs: settings.timeLimitMs,
    maxHeapMb: settings.maxHeapMb,
    worker: { languages, limits, isFrugal: settings.isFrugal },
  })
  const own = pool.share()
  return {
    fingerprint: fingerprintOf(languages, limits),
    languages: all,
    languageOf: createLanguageDetector(all),
    language: (id) => byId.get(id),
    parse: async (file, { signal } = {}) => decodeFile(await own.parse(file, signal)),
    parseEncoded: (file, { signal } = {}) => own.parse(file, signal),
    share() {
      const { parse, limitThreads } = pool.share()
      return { parseEncoded: (file, { signal } = {}) => parse(file, signal), limitThreads }
    },
    rest: () => pool.rest(),
    close: () => pool.close(),
  }
}
