import { ProblemError } from './problem-error.ts'

/** The members of a query string, one value each. @throws ProblemError 400, or 422 for a member that comes twice */
export function readQuery(query: string): Record<string, string> {
  const members = new Map<string, string>()
  for (const part of query.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = decode(at === -1 ? part : part.slice(0, at))
    if (members.has(name)) {
      throw new ProblemError(422, 'A member of the query comes twice.', {
        errors: [{ path: name, message: 'Given twice.' }],
      })
    }
    members.set(name, at === -1 ? '' : decode(part.slice(at + 1)))
  }
  return Object.fromEntries(members)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new ProblemError(400, 'The query is not encoded as UTF-8 in percent signs.')
  }
}
