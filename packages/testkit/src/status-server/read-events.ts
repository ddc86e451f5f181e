/** An event of a stream of Server-Sent Events. */
export interface ReadEvent {
  readonly id: number
  readonly data: Readonly<Record<string, unknown>>
}

/** Reads a stream of Server-Sent Events to its end. */
export async function readEvents(response: Response): Promise<readonly ReadEvent[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => block.startsWith('id: '))
  return blocks.map((block) => {
    const [first = '', second = ''] = block.split('\n')
    return { id: Number(first.slice('id: '.length)), data: JSON.parse(second.slice(6)) }
  })
}
