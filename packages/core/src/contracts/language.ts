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

/** How a file that has no grammar is cut into chunks. */
export type TextStructure = 'window' | 'headings' | 'keys'

/**
 * How a definition shows that other files can name it: sources of regular expressions (flag `u`)
 * over its head, the text from the start of the line it begins on to the end of its name. A
 * definition inside a function is never visible, a member of an invisible type neither, a member of
 * an interface or enum always as far as the type is.
 */
export interface Visibility {
  /** What the head of a definition outside a type must match. @default everything */
  readonly exported?: string
  /** What it must not match. @default nothing */
  readonly hidden?: string
  /** What the head of a member of a type must match. @default everything */
  readonly exportedMember?: string
  /** What it must not match. @default nothing */
  readonly hiddenMember?: string
}

/** A language cairn can parse: with a tree-sitter grammar, or by the structure of its text. */
export interface Language {
  /** Lower-case id, for example `python`. */
  readonly id: string
  /** File name endings with their dot, lower case, for example `['.py', '.pyi']`. */
  readonly extensions: readonly string[]
  /** Whole file names, for example `['Dockerfile']`. */
  readonly filenames?: readonly string[]
  /** First words of an interpreter line (`#!`), for example `['python', 'python3']`. */
  readonly interpreters?: readonly string[]
  /** Absolute path or `file:` URL of the grammar's `.wasm`; without one the file is cut by {@link structure}. */
  readonly grammar?: string
  /**
   * How a file is cut where there is no grammar: by lines, by Markdown headings, or by top-level keys
   * (JSON, YAML, TOML). @default 'window'
   */
  readonly structure?: TextStructure
  /**
   * tree-sitter query with the capture names of the tags convention. Of two patterns that define the
   * same `@name` node the earlier one counts.
   *
   * - `@definition.KIND` on the whole definition (a {@link SymbolKind}) with `@name` inside, and
   *   `@scope` for the type it belongs to where it does not stand inside it (Go's methods);
   *   `@definition.scope` for what holds definitions but is none (Rust's `impl`).
   *   `(#set! exported)` makes the definition visible, or the members of the scope;
   *   `(#set! outside-functions)` drops it inside a function.
   * - `@reference.call`, `@reference.extends`, `@reference.implements` with `@name` and optionally
   *   `@receiver`.
   * - `@import`, or `@reexport` where other files can import the name from here, with
   *   `@import.specifier` and at most one of: `@import.name` and optionally `@import.local`;
   *   `@import.local` alone (the module itself); `@import.default`; `@import.namespace` (a local name
   *   for all of it); `@import.wildcard`. Where a statement lists names before it says the module,
   *   match them apart from it, without `@import`: they are joined by position, and the matcher's
   *   time does not grow with the square of the list. `@import.names` is a list in braces
   *   (`{ a, b: c }`); `@import.tree` takes the place of them all where one node holds nested lists
   *   (`a::{b, c as d}`). `(#set! import.prefix "…")` stands before a specifier that has no dot first.
   * - `@export.name`: a name that is exported apart from its definition.
   * - `@comment`, `@decorator`: what belongs to the definition that follows on the next line.
   * - `@doc`: a docstring inside its definition. `@package`: the name of the file's package.
   * @see https://tree-sitter.github.io/tree-sitter/4-code-navigation.html
   */
  readonly query?: string
  /** @default 'preceding-comment' */
  readonly documentation?: DocumentationStyle
  /** @default everything is visible */
  readonly visibility?: Visibility
  /** Names of methods that are constructors, beside the name of the type itself. @default [] */
  readonly constructorNames?: readonly string[]
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
