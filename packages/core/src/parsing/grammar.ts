import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Parser, Query, Language as TreeSitterLanguage } from 'web-tree-sitter'
import { CairnError } from '../errors.ts'
import type { LanguageData } from './language-data.ts'
import { compilePatterns, type Pattern } from './pattern.ts'

/** A grammar and its query, ready to parse in this thread. */
export interface Grammar {
  readonly parser: Parser
  readonly query: Query
  /** What each pattern of the query means, by its index. */
  readonly patterns: readonly Pattern[]
  /** Finds the syntax errors of a tree that has some. */
  readonly errors: Query
}

/** Loads grammars when they are first needed and keeps them as long as the thread lives. */
export interface GrammarLoader {
  /** @throws CairnError `GRAMMAR_INVALID` when the `.wasm` or the query of the language is bad. */
  load(language: LanguageData): Promise<Grammar>
}

/** A loader for this thread. */
export function createGrammarLoader(): GrammarLoader {
  const loaded = new Map<string, Promise<Grammar>>()
  let runtime: Promise<void> | undefined
  return {
    load(language) {
      let grammar = loaded.get(language.id)
      if (grammar === undefined) {
        runtime ??= Parser.init()
        grammar = runtime.then(() => loadGrammar(language))
        loaded.set(language.id, grammar)
      }
      return grammar
    },
  }
}

async function loadGrammar(language: LanguageData): Promise<Grammar> {
  const source = language.grammar ?? ''
  const path = source.startsWith('file:') ? fileURLToPath(source) : source
  let grammar: TreeSitterLanguage
  const parser = new Parser()
  try {
    grammar = await TreeSitterLanguage.load(new Uint8Array(await readFile(path)))
    parser.setLanguage(grammar)
  } catch (error) {
    throw invalid(language, `The grammar of language "${language.id}" could not be loaded`, error)
  }
  try {
    const query = new Query(grammar, language.query ?? '')
    return {
      parser,
      query,
      patterns: compilePatterns(query),
      errors: new Query(grammar, '(ERROR) @error (MISSING) @error'),
    }
  } catch (error) {
    throw invalid(language, `The query of language "${language.id}" is not valid`, error)
  }
}

function invalid(language: LanguageData, what: string, cause: unknown): CairnError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CairnError('GRAMMAR_INVALID', `${what} (${language.grammar}): ${reason}`, { cause })
}
