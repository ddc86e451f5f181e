import fc from 'fast-check'
import { expect, it } from 'vitest'
import { eventStreamReader } from './event-stream.ts'

function read(pieces: readonly string[]): string[] {
  const events: string[] = []
  const readPiece = eventStreamReader((data) => events.push(data))
  for (const piece of pieces) readPiece(piece)
  return events
}

const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n\uFEFF]/g, ' '))
const event = fc.array(line, { minLength: 1, maxLength: 3 })

it('gives the same events however the stream is cut into pieces', () => {
  const cuts = fc.array(fc.nat({ max: 200 }))
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
  fc.assert(
    fc.property(fc.array(event), lineEnd, cuts, (events, end, places) => {
      const lines = events.flatMap((data) => [
        ': a comment',
        'id: 7',
        ...data.map((text) => `data: ${text}`),
        '',
      ])
      const stream = `\uFEFF${lines.map((text) => text + end).join('')}`
      const pieces: string[] = []
      let from = 0
      for (const place of [...places.sort((a, b) => a - b), stream.length]) {
        pieces.push(stream.slice(from, Math.max(from, place)))
        from = Math.max(from, place)
      }
      // Whether a line ends with a lone carriage return is only known from what follows it.
      expect(read([...pieces, ':'])).toEqual(events.map((data) => data.join('\n')))
    }),
  )
})

it('takes away one space after the colon, and no more', () => {
  expect(read(['data:a\n\ndata: b\n\ndata:  c\n\ndata\n\n'])).toEqual(['a', 'b', ' c', ''])
})

it('gives nothing of an event that is not whole, and nothing for a comment', () => {
  expect(read([': hello\n\nevent: x\nid: 1\n\ndata: half\n'])).toEqual([])
})
