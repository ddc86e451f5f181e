import type { Language } from '../contracts/language.ts'

/**
 * Id of the language that claims a file: by its whole name, then the longest ending of the name, then
 * the interpreter line (`#!`) its first bytes hold; `text` where none does.
 */
export type LanguageDetector = (path: string, firstBytes?: Uint8Array) => string

/** A detector among `languages`; of two that claim the same the later one wins. */
export function createLanguageDetector(languages: readonly Language[]): LanguageDetector {
  const byFilename = new Map<string, string>()
  const byExtension = new Map<string, string>()
  const byInterpreter = new Map<string, string>()
  for (const { id, filenames, extensions, interpreters } of languages) {
    for (const filename of filenames ?? []) byFilename.set(filename, id)
    for (const extension of extensions) byExtension.set(extension, id)
    for (const interpreter of interpreters ?? []) byInterpreter.set(interpreter, id)
  }
  return (path, firstBytes) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const byName = byFilename.get(name)
    if (byName !== undefined) return byName
    const lower = name.toLowerCase()
    for (let dot = lower.indexOf('.'); dot !== -1; dot = lower.indexOf('.', dot + 1)) {
      const id = byExtension.get(lower.slice(dot))
      if (id !== undefined) return id
    }
    const interpreter = firstBytes === undefined ? null : interpreterOf(firstBytes)
    return (interpreter === null ? undefined : byInterpreter.get(interpreter)) ?? 'text'
  }
}

function interpreterOf(bytes: Uint8Array): string | null {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return null
  const line = Buffer.from(bytes.subarray(2, 200)).toString('latin1').split('\n', 1)[0] ?? ''
  const words = line.trim().split(/\s+/)
  // `env` runs the first word that is neither an option nor a variable.
  const program = /(?:^|\/)env$/.test(words[0] ?? '')
    ? words.slice(1).find((word) => !word.startsWith('-') && !word.includes('='))
    : words[0]
  const name = program?.slice(program.lastIndexOf('/') + 1)
  if (name === undefined || name === '') return null
  return name.replace(/(?<=[a-z])[\d.]+$/, '')
}
