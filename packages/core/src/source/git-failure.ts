import type { ErrorCode } from '@cairn/protocol'
import { SourceError } from '../errors.ts'

const patterns: ReadonlyArray<readonly [pattern: RegExp, code: ErrorCode, recoverable: boolean]> = [
  [/info\/refs not valid/i, 'NOT_A_REPOSITORY', false],
  [
    /couldn't find remote ref|remote branch .* not found|no such remote ref|not our ref|unadvertised object|remote did not send all necessary objects/i,
    'REF_NOT_FOUND',
    false,
  ],
  [
    /authentication failed|could not read (?:username|password)|permission denied \(|terminal prompts disabled|access denied(?! or repository not exported)|returned error: 40[13]|invalid credentials|host key verification failed|no supported authentication methods/i,
    'AUTHENTICATION_FAILED',
    false,
  ],
  [
    /repository .*not found|does not appear to be a git repository|not a git repository|returned error: 404|repository not exported|access denied or repository not exported|project not found/i,
    'SOURCE_NOT_FOUND',
    false,
  ],
  [
    /could not resolve (?:host|proxy)|unable to look up|failed to connect|couldn't connect|connection (?:refused|reset|timed out|closed)|unable to connect|operation timed out|network is unreachable|no route to host|temporary failure in name resolution|name or service not known|could not resolve hostname|the remote end hung up|early eof|returned error: (?:429|5\d\d)|operation too slow|empty reply from server|ssl (?:certificate|connect|error)|certificate verif|recv failure|transfer closed|rpc failed/i,
    'REMOTE_UNREACHABLE',
    true,
  ],
  [/transport .* not allowed/i, 'URL_REFUSED', false],
  [/no space left on device|disk quota exceeded/i, 'STORE_FULL', false],
]

/** The lines of git's error output that say what went wrong, without hints and progress. */
export function lastLineOf(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a remote's text may hold terminal escapes
    .map((line) => line.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'))
  const said = lines.filter((line) => /^(?:fatal|error|remote|ssh|git):/i.test(line))
  const line =
    said.findLast((text) => /^(?:fatal|error):/i.test(text)) ?? said.at(-1) ?? lines.at(-1)
  return (line ?? 'no message').slice(0, 500)
}

/** The typed error for what a git command wrote before it failed. `subject` begins the sentence. */
export function gitFailure(subject: string, stderr: string): SourceError {
  const line = lastLineOf(stderr)
  for (const [pattern, code, recoverable] of patterns) {
    if (pattern.test(stderr)) return new SourceError(code, `${subject}: ${line}`, { recoverable })
  }
  if (/dubious ownership/i.test(stderr)) {
    return new SourceError(
      'GIT_FAILED',
      `${subject}: the repository belongs to another user. Index it by its path instead of its URL, or name it in git's safe.directory.`,
    )
  }
  return new SourceError('GIT_FAILED', `${subject}: ${line}`)
}
