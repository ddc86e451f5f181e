/**
 * Text from a repository, a remote or an error is never trusted by a terminal: a file name may hold
 * escape sequences that move the cursor, or letters that turn the reading direction.
 */

// C0 and C1 controls and DEL act on the terminal; bidirectional marks, line separators, byte order
// marks and tag characters change how the rest of the line reads without being seen.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

const shortEscapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function visible(character: string): string {
  const short = shortEscapes[character]
  if (short !== undefined) return short
  const point = character.codePointAt(0) ?? 0
  if (point <= 0xff) return `\\x${point.toString(16).padStart(2, '0')}`
  if (point <= 0xffff) return `\\u${point.toString(16).padStart(4, '0')}`
  return `\\u{${point.toString(16)}}`
}

/** One line that a terminal can only show: what would act on it stands as a visible escape. */
export function printable(text: string): string {
  return text.replace(unsafe, visible)
}

/** The lines of a source text as {@link printable} lines, with tabs as two spaces. */
export function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => printable(line.replaceAll('\t', '  ')))
}
