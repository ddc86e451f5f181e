/**
 * Reads `text/event-stream` as the HTML standard says (9.2.6), in pieces of any size.
 *
 * @param onData called with the data of each whole event; fields other than `data` are left to the messages
 * @returns takes the next piece
 */
export function eventStreamReader(onData: (data: string) => void): (piece: string) => void {
  let rest = ''
  let data: string[] = []
  let isStart = true
  const readLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onData(data.join('\n'))
      data = []
    } else if (line === 'data') data.push('')
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
  }
  return (piece) => {
    let text = rest + piece
    if (isStart && text !== '') {
      isStart = false
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }
    // A carriage return at the very end may be half of a line end.
    const lineEnd = /\r\n|\n|\r(?!$)/g
    let start = 0
    for (let match = lineEnd.exec(text); match !== null; match = lineEnd.exec(text)) {
      readLine(text.slice(start, match.index))
      start = lineEnd.lastIndex
    }
    rest = text.slice(start)
  }
}
