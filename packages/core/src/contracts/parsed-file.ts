/**
 * What parsing makes of one file: the currency between the parsing workers, the spool and the
 * graph. Plain data, so that it crosses threads and processes.
 */

/** What a definition is. */
export type SymbolKind =
  | 'module'
  | 'namespace'
  | 'class'
  | 'interface'
  | 'struct'
  | 'enum'
  | 'trait'
  | 'type'
  | 'function'
  | 'method'
  | 'constructor'
  | 'property'
  | 'constant'
  | 'variable'
  | 'macro'
  | 'section'

/** A piece of a file that is embedded and found as one. */
export interface Chunk {
  /** Position among the chunks of the file, from 0. */
  readonly ordinal: number
  /** First line, from 1. */
  readonly startLine: number
  /** Last line, from 1, inclusive. */
  readonly endLine: number
  /**
   * The source text of the lines, exactly as it stands in the file (line ends as `\n`). A single line
   * that is longer than the limit is given in parts, each a chunk of that line.
   */
  readonly text: string
  /**
   * A line of context that is embedded before the text, for example `class Session › method send`;
   * empty where there is none. Never the path: a renamed file keeps its embeddings.
   */
  readonly context: string
  /** Lower-case hex SHA-256 of `context + '\n' + text`: the key of the embedding cache. */
  readonly textHash: string
  /** Dotted path of the definition that the chunk shows, as in {@link SymbolDefinition.symbolPath}. */
  readonly symbolPath: string | null
  readonly symbolKind: SymbolKind | null
  /** Split, lower-case words of context and text for lexical search, joined by single spaces. */
  readonly terms: string
}

/** A definition: a node of the code graph. */
export interface SymbolDefinition {
  /** Name as written, for example `send`. */
  readonly name: string
  /** Names from the outermost definition inwards, joined by `.`, for example `Session.send`. */
  readonly symbolPath: string
  readonly kind: SymbolKind
  readonly startLine: number
  readonly endLine: number
  /** Index in {@link ParsedFile.symbols} of the definition that contains this one. */
  readonly parent: number | null
  /** Whether other files can name it: exported, public, or top level where the language has no such word. */
  readonly isExported: boolean
  /** First sentence of its documentation. */
  readonly summary: string | null
}

/** One name that an import brings into a file, or that a file passes on. */
export interface ImportBinding {
  /** The module as written, for example `./session.js`, `django.db`, `crate::net`. */
  readonly specifier: string
  /** Name in the other module; `*` for all of it (namespace or star import), null for the module itself. */
  readonly imported: string | null
  /** Name in this file; null where nothing is bound (side effect, star). */
  readonly local: string | null
  /**
   * Whether other files can import the name from here. Of all of a module (`*` without a local name):
   * whether it is passed on without being usable in this file, as by `export * from`.
   */
  readonly isReexport: boolean
  readonly line: number
}

/** A use of a name that may become an edge of the graph. */
export interface Reference {
  readonly kind: 'call' | 'extends' | 'implements'
  /** The last name, for example `send` of `this.session.send()`. */
  readonly name: string
  /**
   * What stands before the name, as written without white space, for example `this.session`, `self`,
   * `super`, `fmt`; null for a plain name. Null-length text never occurs. Expressions that are not
   * chains of names give `?`.
   */
  readonly receiver: string | null
  /** Index in {@link ParsedFile.symbols} of the innermost definition the use stands in (for inheritance, the type itself); null at top level. */
  readonly from: number | null
  readonly line: number
}

/** The part of a file that other files' references resolve against. */
export interface FileSurface {
  readonly symbols: readonly SymbolDefinition[]
  readonly imports: readonly ImportBinding[]
  /** References of kind `extends` and `implements`: other files' inherited members resolve through them. */
  readonly heritage: readonly Reference[]
  /** Name of the package, module or namespace that the file says it belongs to (Go, Java, C#, PHP). */
  readonly packageName: string | null
}

/** Everything parsing makes of one file. */
export interface ParsedFile extends FileSurface {
  /** Id of the language, for example `python`; `text` for what no language claims. */
  readonly language: string
  readonly chunks: readonly Chunk[]
  /** References of kind `call`; of the same in one definition the first. */
  readonly references: readonly Reference[]
  /** Number of syntax errors the parser found; the file is indexed all the same. */
  readonly syntaxErrors: number
  /** What a reader of the run should know, for example that the text was not valid UTF-8. */
  readonly warnings: readonly string[]
}

/**
 * A {@link ParsedFile} as bytes that go from thread to thread without being built up in between, and
 * what the one who passes them on wants to know of it. Made by `encodeFile` and read by `decodeFile` of `@cairn/core/encoded-file`.
 */
export interface EncodedFile {
  /** Its own buffer, so that it can be transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Number of chunks. */
  readonly chunks: number
  readonly syntaxErrors: number
  readonly warnings: readonly string[]
}
