import isUnicodeSupported from 'is-unicode-supported'

/** The part of a process's output stream that deciding how to write needs. */
export interface OutputStream {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): boolean
}

/** How to write to a stream. */
export interface StreamTraits {
  /** Whether lines may be drawn over: a terminal, and nobody asked for plain output. */
  readonly isLive: boolean
  readonly hasColor: boolean
  readonly isUnicode: boolean
  /** Columns of the terminal as it is now; without end where it is none. */
  readonly columns: number
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

/**
 * How to write to `stream`: live and coloured only on a terminal with neither `NO_COLOR` nor `CI`
 * set (https://no-color.org); `FORCE_COLOR` asks for colour anyway.
 */
export function streamTraits(stream: OutputStream, environment: NodeJS.ProcessEnv): StreamTraits {
  const isPlain =
    (environment.NO_COLOR ?? '') !== '' || isSet(environment.CI) || environment.TERM === 'dumb'
  const isLive = stream.isTTY === true && !isPlain
  return {
    isLive,
    hasColor: isLive || (isSet(environment.FORCE_COLOR) && (environment.NO_COLOR ?? '') === ''),
    isUnicode: isUnicodeSupported(),
    get columns() {
      return stream.isTTY === true ? Math.max(1, stream.columns ?? 80) : Number.MAX_SAFE_INTEGER
    },
  }
}
