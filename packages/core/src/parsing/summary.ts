const maxSummaryLength = 300

/**
 * First sentence of a documentation comment or docstring, without its markers; null where there is
 * none. @param comments - As written, in order.
 */
export function summarize(comments: readonly string[]): string | null {
  const words: string[] = []
  for (const line of comments.slice(0, 50).join('\n').slice(0, 4_000).split('\n')) {
    const content = withoutMarkers(line)
    if (content === '') {
      if (words.length > 0) break
      continue
    }
    // A tag begins what is about parameters and the like.
    if (/^[@\\]\w/.test(content)) break
    words.push(content)
  }
  const text = words
    .join(' ')
    .replace(/<\/?\w+>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  if (text === '') return null
  const sentence = /^.*?[.!?。](?=\s|$)/u.exec(text)?.[0] ?? text
  return sentence.length > maxSummaryLength
    ? `${sentence.slice(0, maxSummaryLength - 1)}…`
    : sentence
}

function withoutMarkers(line: string): string {
  return line
    .trim()
    .replace(/^(?:\/\*+!?|\/\/[/!]?|#+!?|\*+\/?|--|[rRuUbBfF]{0,2}(?:"""|'''|"|'))/, '')
    .replace(/(?:\*+\/|"""|'''|"|')$/, '')
    .trim()
}
