/**
 * A language is one file: plain data that crosses into the parsing workers, plus, for languages with
 * modules, one pure function that says which file an import means.
 */

/** The files of the repository, as {@link Language.resolveModule} may ask for them. */
export interface FileIndex {
  /** Whether the repository has this path (`/`-separated, relative). */
  has(path: string): boolean
  /** Paths of the files directly in a folder (`''` is the root), sorted. */
  inFolder(folder: string): readonly string[]
  /** Paths that end with `/suffix` or equal it, sorted; at most 20. */
  endingWith(suffix: string): readonly string[]
}

/** How documentation stands to the definition it is about. */
export type DocumentationStyle = 'preceding-comment' | 'docstring'

/** A language cairn can parse with tree-sitter. */
export interface Language {
  /** Lower-case id, for example `python`. */
  readonly id: string
  /** File name endings with their dot, lower case, for example `['.py', '.pyi']`. */
  readonly extensions: readonly string[]
  /** Whole file names, for example `['Dockerfile']`. */
  readonly filenames?: readonly string[]
  /** First words of an interpreter line (`#!`), for example `['python', 'python3']`. */
  readonly interpreters?: readonly string[]
  /** Absolute path or `file:` URL of the grammar's `.wasm`; without one the file is cut by structure or window. */
  readonly grammar?: string
  /**
   * tree-sitter query with the capture names of the tags convention: `@definition.KIND` on the whole
   * definition with `@name` inside, `@reference.call|extends|implements` with `@name` and optionally
   * `@receiver`; `@import` with `@import.specifier`, `@import.name`, `@import.local`.
   * @see https://tree-sitter.github.io/tree-sitter/4-code-navigation.html
   */
  readonly query?: string
  /** @default 'preceding-comment' */
  readonly documentation?: DocumentationStyle
  /** Whether a top-level definition is visible in the other files of its folder or package (Go, Java). @default false */
  readonly sharesPackageScope?: boolean
  /** Whether a plain call inside a type may mean a member of the type (Java, C#, C++, Ruby). @default false */
  readonly implicitSelf?: boolean
  /** Names of the receiver that mean the enclosing type, for example `['self', 'cls']`. @default [] */
  readonly selfReceivers?: readonly string[]
  /** Names of the receiver that mean the type it inherits from, for example `['super', 'super()']`. @default [] */
  readonly superReceivers?: readonly string[]
  /** Paths of the files an import means, best first; empty where it is outside the repository. Pure. */
  resolveModule?(specifier: string, fromPath: string, files: FileIndex): readonly string[]
}
