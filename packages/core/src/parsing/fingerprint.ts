import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CairnError } from '../errors.ts'
import type { LanguageData } from './language-data.ts'
import type { ChunkLimits } from './piece.ts'

/** To be raised with every change that makes other chunks, symbols or references of the same bytes. */
const algorithmVersion = 1

const require = createRequire(import.meta.url)

/**
 * A hash of everything the result of parsing depends on beside the bytes: the parser, every
 * language's grammar and data, the limits and the version of the algorithm.
 * @throws CairnError `GRAMMAR_INVALID` when a grammar file cannot be read.
 */
export function fingerprintOf(languages: readonly LanguageData[], limits: ChunkLimits): string {
  const versions = new Map<string, string | null>()
  const described = [...languages]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((language) => ({
      ...language,
      grammar: language.grammar === undefined ? null : identifyGrammar(language, versions),
    }))
  const parser = packageOf(dirname(require.resolve('web-tree-sitter')), versions)
  const everything = JSON.stringify({ algorithmVersion, parser, limits, described })
  return hash('sha256', everything, 'hex').slice(0, 32)
}

function identifyGrammar(language: LanguageData, versions: Map<string, string | null>): string {
  const source = language.grammar ?? ''
  try {
    const path = source.startsWith('file:') ? fileURLToPath(source) : source
    statSync(path)
    const inPackage = path.includes(`${sep}node_modules${sep}`)
    const version = inPackage ? packageOf(dirname(path), versions) : null
    // A grammar of an installed package is told by the package's version, any other by its bytes.
    if (version !== null) return `${version}/${basename(path)}`
    return hash('sha256', readFileSync(path), 'hex')
  } catch (error) {
    const message = `The grammar of language "${language.id}" could not be read (${source}).`
    throw new CairnError('GRAMMAR_INVALID', message, { cause: error })
  }
}

/** Name and version of the package a folder stands in; null where it is in none. */
function packageOf(folder: string, versions: Map<string, string | null>): string | null {
  const known = versions.get(folder)
  if (known !== undefined) return known
  const parent = dirname(folder)
  const found = readPackage(folder) ?? (parent === folder ? null : packageOf(parent, versions))
  versions.set(folder, found)
  return found
}

function readPackage(folder: string): string | null {
  let text: string
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8')
  } catch {
    return null
  }
  const manifest: unknown = JSON.parse(text)
  if (typeof manifest !== 'object' || manifest === null) return null
  const { name, version } = manifest as { name?: unknown; version?: unknown }
  // Nested manifests that only say `"type": "module"` are not the package's own.
  return typeof name === 'string' && typeof version === 'string' ? `${name}@${version}` : null
}
