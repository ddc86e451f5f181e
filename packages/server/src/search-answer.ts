import { searchAnswerSchema } from '@cairn/protocol'
import type { AnswerContext } from './answer-context.ts'
import { jsonAnswer } from './json-answer.ts'
import { narrow } from './scope.ts'
import type { WireAnswer } from './wire-request.ts'

/** `POST /search` */
export async function answerSearch({
  source,
  scope,
  body,
}: AnswerContext<'search'>): Promise<WireAnswer> {
  const { query, repository, language, path, symbolKind, limit, mode, neighbours } = body
  const names = narrow(scope, repository)
  // No repository is not every repository.
  if (names?.length === 0) return jsonAnswer(searchAnswerSchema, { hits: [], freshness: [] })
  const answer = await source.search(query, {
    ...(names === null ? {} : { repository: [...names] }),
    ...given('language', language),
    ...given('path', path),
    ...given('symbolKind', symbolKind),
    ...given('limit', limit),
    ...given('mode', mode),
    ...given('neighbours', neighbours),
  })
  return jsonAnswer(searchAnswerSchema, answer)
}

/** A member where it has a value. */
function given<Key extends string, T>(
  key: Key,
  value: T | null | undefined,
): { [Each in Key]?: T } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { [Each in Key]?: T })
}
