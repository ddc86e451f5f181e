import { StatusClientError } from '@cairn/client'
import { adviceFor } from './advice.ts'

/** An error of a call, with what to do about it. */
export function ErrorNote(props: {
  title: string
  error: unknown
  /** What a reader calls the member of a request that is at fault; null where the message is enough. */
  nameOf?: (path: string) => string | null
}) {
  const { title, error, nameOf = () => null } = props
  const todo = todoOf(error)
  return (
    <div className="note" data-kind="error" role="alert">
      <p>
        <strong>{title}</strong> {messageOf(error, nameOf)}
      </p>
      {todo !== null && <p className="muted">{todo}</p>}
    </div>
  )
}

/** The code of an error; null where it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof StatusClientError ? error.code : null
}

function messageOf(error: unknown, nameOf: (path: string) => string | null): string {
  if (!(error instanceof StatusClientError)) {
    return error instanceof Error ? error.message : String(error)
  }
  const { errors, detail } = error
  if (errors.length === 0) return detail
  return errors
    .map(({ path, message }) => {
      const name = nameOf(path) ?? (errors.length > 1 ? path : null)
      return name === null ? message : `${name}: ${message}`
    })
    .join(' ')
}

/** For what only a client meets. */
const callAdvice: Readonly<Record<string, string>> = {
  UNREACHABLE: 'Check that the server runs and that this page’s address for it is right.',
  TIMEOUT: 'Try again; if it stays, look at the server’s load.',
  INVALID_ANSWER: 'Check this page’s address for the server: something else answers there.',
  HTTP_ERROR: 'What stands before the server, such as a proxy, may have refused it.',
}

/** Null where the message says it all: what was asked for is at fault. */
function todoOf(error: unknown): string | null {
  if (!(error instanceof StatusClientError)) return null
  const { code, status } = error
  if (code === 'HTTP_ERROR' && status !== null && status < 500) return null
  return callAdvice[code] ?? adviceFor(code)
}
