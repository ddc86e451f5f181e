/**
 * Writes a line and resolves when the stream took it, so that a slow reader slows the writer down.
 * Resolves to false when nobody reads any more.
 */
export function writeLine(stream: NodeJS.WritableStream, line: string): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write(`${line}\n`, (error) => resolve(error === null || error === undefined))
  })
}
