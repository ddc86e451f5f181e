import { styleText } from 'node:util'

const looks = {
  strong: 'bold',
  quiet: 'dim',
  good: 'green',
  caution: 'yellow',
  bad: 'red',
  accent: 'cyan',
  match: 'yellow',
} as const

/** What a piece of text is; how it looks is {@link createPaint}'s business. */
export type Role = keyof typeof looks

/** Styles a text by its role. */
export type Paint = (role: Role, text: string) => string

/** A {@link Paint} that styles, or one that gives the text back as it is. */
export function createPaint(hasColor: boolean): Paint {
  if (!hasColor) return (_role, text) => text
  // Whether to style was decided for this stream already; styleText would ask about stdout.
  return (role, text) =>
    text === '' ? '' : styleText(looks[role], text, { validateStream: false })
}
