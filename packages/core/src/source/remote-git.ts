/** Runs git against a remote through simple-git: guarded, cancellable, with credentials in no place but the child's environment. */
import { GitPluginError, type SimpleGitOptions, simpleGit } from 'simple-git'
import { CancelledError, SourceError } from '../errors.ts'
import type { Credentials } from '../options.ts'
import { gitEnvironment } from './git-environment.ts'
import { gitFailure } from './git-failure.ts'
import { gitStartError } from './git-process.ts'
import { refusedCredentials } from './refused-credentials.ts'
import type { RemoteUrl } from './source-url.ts'

/** One git program for one remote and one set of credentials. */
export interface RemoteGit {
  /**
   * Runs git in `folder` and returns what it printed.
   * @throws SourceError with the code for what went wrong; its message holds no credential
   * @throws CancelledError
   */
  run(
    folder: string,
    args: readonly string[],
    onProgressText?: (text: string) => void,
  ): Promise<string>
  /**
   * Whether a remote that named no ref is a repository without any. Git takes whatever a web server
   * answers in one line for one of static files.
   */
  speaksGit(folder: string): Promise<boolean>
}

// simple-git refuses these unless they are allowed by name. Here they carry the guards themselves
// (no hooks, no monitor, no ssh prompt); all values and arguments are cairn's own.
const unsafe: NonNullable<SimpleGitOptions['unsafe']> = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
}

function basicHeader(credentials: Credentials): string {
  const [user, password] =
    'token' in credentials
      ? ['x-access-token', credentials.token]
      : [credentials.username ?? '', credentials.password]
  return Buffer.from(`${user}:${password}`, 'utf8').toString('base64')
}

function withoutSecrets(text: string, remote: RemoteUrl, credentials: Credentials | null): string {
  // Git repeats the whole URL; what is not shown of it may be a token as well.
  const query = remote.url.slice(remote.shown.length)
  let clean = query === '' ? text : text.replaceAll(query, '')
  if (credentials === null) return clean
  const secret = 'token' in credentials ? credentials.token : credentials.password
  const forms = [secret, encodeURIComponent(secret), encodeURI(secret), basicHeader(credentials)]
  for (const form of forms) {
    if (form !== '') clean = clean.replaceAll(form, '***')
  }
  return clean
}

function configFor(
  remote: RemoteUrl,
  credentials: Credentials | null,
): Array<readonly [string, string]> {
  const isHttp = remote.transport === 'https' || remote.transport === 'http'
  const config: Array<readonly [string, string]> = [
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '60'],
  ]
  if (!isHttp || credentials === null) return config
  // An empty helper drops the host's own ones: they would store what they see.
  return [
    ...config,
    ['credential.helper', ''],
    [
      `http.${new URL(remote.url).origin}/.extraHeader`,
      `Authorization: Basic ${basicHeader(credentials)}`,
    ],
  ]
}

/** Git for `remote`; `silenceMs` is how long it may say nothing before it is ended. */
export function remoteGit(options: {
  readonly remote: RemoteUrl
  readonly credentials: Credentials | null
  readonly signal: AbortSignal
  readonly silenceMs: number
}): RemoteGit {
  const { remote, credentials, signal, silenceMs } = options
  const environment = gitEnvironment({
    transport: remote.transport,
    config: configFor(remote, credentials),
  })

  const runWith = async (
    variables: Readonly<Record<string, string>>,
    folder: string,
    args: readonly string[],
    onErrorText?: (text: string) => void,
  ): Promise<string> => {
    if (signal.aborted) throw new CancelledError()
    const git = simpleGit({
      baseDir: folder,
      abort: signal,
      timeout: { block: silenceMs },
      allowEnvironment: Object.keys(variables),
      unsafe,
    }).env(variables)
    if (onErrorText !== undefined) {
      git.outputHandler((_command, _stdout, stderr) => {
        stderr.on('data', (chunk: Buffer) => onErrorText(chunk.toString('utf8')))
      })
    }
    try {
      return await git.raw([...args])
    } catch (error) {
      if (signal.aborted) throw new CancelledError()
      if (error instanceof GitPluginError && error.plugin === 'timeout') {
        throw new SourceError(
          'REMOTE_UNREACHABLE',
          `${remote.shown} said nothing for ${silenceMs / 1000} s.`,
          { recoverable: true },
        )
      }
      const text = error instanceof Error ? error.message : String(error)
      if (/spawn git.* ENOENT/.test(text)) {
        throw gitStartError(Object.assign(new Error(text), { code: 'ENOENT' }))
      }
      // No cause: simple-git's error names the whole task.
      const said = withoutSecrets(text, remote, credentials)
      const failure = gitFailure(`${remote.shown} cannot be fetched`, said)
      if (failure.code !== 'AUTHENTICATION_FAILED') throw failure
      throw refusedCredentials(remote, credentials, said)
    }
  }

  return {
    run: (folder, args, onProgressText) => runWith(environment, folder, args, onProgressText),
    async speaksGit(folder) {
      if (remote.transport !== 'http' && remote.transport !== 'https') return true
      let traced = ''
      await runWith(
        { ...environment, GIT_TRACE_PACKET: '1' },
        folder,
        ['ls-remote', '--', remote.url, 'HEAD'],
        (text) => {
          traced += text
        },
      )
      return traced.includes('# service=git-upload-pack')
    },
  }
}
