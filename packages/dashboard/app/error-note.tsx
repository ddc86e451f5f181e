import { adviceFor } from './advice.ts'

/** An error of a call, with what to do about it. */
export function ErrorNote({ title, error }: { title: string; error: unknown }) {
  const { code, detail } = partsOf(error)
  return (
    <div className="note" data-kind="error" role="alert">
      <p>
        <strong>{title}</strong> {detail}
      </p>
      {code !== null && <p className="muted">{callAdvice[code] ?? adviceFor(code)}</p>}
    </div>
  )
}

/** For what only a client meets. */
const callAdvice: Readonly<Record<string, string>> = {
  UNREACHABLE: 'Check that the server runs and that this page’s address for it is right.',
  TIMEOUT: 'Try again; if it stays, look at the server’s load.',
  INVALID_ANSWER: 'Check this page’s address for the server: something else answers there.',
  HTTP_ERROR: 'What stands before the server, such as a proxy, may have refused it.',
}

function partsOf(error: unknown): { code: string | null; detail: string } {
  if (typeof error !== 'object' || error === null) return { code: null, detail: String(error) }
  const { code, detail, message } = error as { code?: unknown; detail?: unknown; message?: unknown }
  return {
    code: typeof code === 'string' ? code : null,
    detail: typeof detail === 'string' ? detail : String(message ?? error),
  }
}

/** The code of an error; null where it has none. */
export function codeOf(error: unknown): string | null {
  return partsOf(error).code
}
