import { createHash } from 'node:crypto'
import type { Chunk, ParsedFile } from '@cairn/core'

/** A chunk with the hash and the terms that go with its text. */
export function chunk(ordinal: number, text: string, members: Partial<Chunk> = {}): Chunk {
  const context = members.context ?? ''
  return {
    ordinal,
    startLine: ordinal * 10 + 1,
    endLine: ordinal * 10 + 9,
    text,
    context,
    textHash: textHash(text, context),
    symbolPath: `symbol${ordinal}`,
    symbolKind: 'function',
    terms: text.toLowerCase(),
    ...members,
  }
}

/** {@link Chunk.textHash} of a text. */
export function textHash(text: string, context = ''): string {
  return createHash('sha256').update(`${context}\n${text}`).digest('hex')
}

/** A parsed file of these chunks. */
export function parsedFile(
  chunks: readonly Chunk[],
  members: Partial<ParsedFile> = {},
): ParsedFile {
  return {
    language: 'typescript',
    chunks,
    symbols: [],
    imports: [],
    heritage: [],
    references: [],
    packageName: null,
    syntaxErrors: 0,
    warnings: [],
    ...members,
  }
}

/** A parsed file with something in every member. */
export function richFile(): ParsedFile {
  const context = 'class Session › method send'
  return parsedFile(
    [
      chunk(0, 'class Session {\n\t"quoted" \\ \u2028 𝒳😀\n}', { symbolKind: 'class' }),
      chunk(1, 'send() { /* größe */ }', {
        context,
        symbolPath: 'Session.send',
        symbolKind: 'method',
      }),
      chunk(2, 'plain text', { symbolPath: null, symbolKind: null }),
    ],
    {
      language: 'python',
      symbols: [
        {
          name: 'Session',
          symbolPath: 'Session',
          kind: 'class',
          startLine: 1,
          endLine: 30,
          parent: null,
          isExported: true,
          summary: 'Talks to “servers”.',
        },
        {
          name: 'send',
          symbolPath: 'Session.send',
          kind: 'method',
          startLine: 3,
          endLine: 9,
          parent: 0,
          isExported: false,
          summary: null,
        },
      ],
      imports: [
        { specifier: './a.js', imported: 'open', local: 'openIt', isReexport: false, line: 1 },
        { specifier: 'django.db', imported: '*', local: null, isReexport: true, line: 2 },
        { specifier: 'node:fs', imported: null, local: 'fs', isReexport: false, line: 3 },
      ],
      heritage: [
        { kind: 'extends', name: 'Base', receiver: 'net', from: 0, line: 1 },
        { kind: 'implements', name: 'Closable', receiver: null, from: 0, line: 1 },
      ],
      references: [
        { kind: 'call', name: 'connect', receiver: 'this.socket', from: 1, line: 4 },
        { kind: 'call', name: 'main', receiver: null, from: null, line: 31 },
        { kind: 'call', name: 'run', receiver: '?', from: 1, line: 6 },
      ],
      packageName: 'net.session',
      syntaxErrors: 2,
    },
  )
}
