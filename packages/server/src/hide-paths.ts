import type { JsonValue } from '@cairn/protocol'

/** What names are made of; in the middle of one, parentheses and an apostrophe too. */
const plain = '[^\\s\\\\/"\'`()<>|:*?]'
const gap = '[^\\S\\r\\n]+'
const word = `(?:${plain}|\\(${plain}+(?:${gap}${plain}+)*\\)|(?<=\\w)'(?=\\w))+`

/**
 * An absolute path or `file:` URL, alone or in quotes, in which there may be spaces; the last part is captured.
 * Alone it goes as far as another name of a folder can follow: of a sentence in which a path of the repository
 * follows too much is hidden, where otherwise too little would be.
 */
const alone = new RegExp(
  `(?<![\\w:/\\\\.…-])(?:file://)?(?:[A-Za-z]:)?[\\\\/](?:${word}(?:${gap}${word})*[\\\\/])+(${plain}*)`,
  'g',
)
const quoted = /(["'`])(?:file:\/\/)?(?:[A-Za-z]:)?[\\/][^"'`\n]*[\\/]([^"'`\\/\n]*)\1/g

/** Members whose text is a sentence of somebody's: an error of Git or of the file system may name any path. */
const sentences = /(?:message|detail|reason|operation|warnings|errors)$/

/** A sentence in which of each path of the host only the last part is left. */
export function hidePaths(sentence: string): string {
  return sentence.replace(quoted, '$1…/$2$1').replace(alone, '…/$1')
}

/** A value of the wire whose sentences say nothing of where things stand on the host. */
export function withoutHostPaths(value: JsonValue): JsonValue {
  return hideIn(value, '')
}

function hideIn(value: JsonValue, member: string): JsonValue {
  if (typeof value === 'string') return sentences.test(member) ? hidePaths(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => hideIn(each, member))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hideIn(each, key)]))
}
