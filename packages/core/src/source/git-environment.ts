/**
 * The environment every git process of cairn runs in. Nothing that a repository says about itself
 * (hooks, monitors, pagers, remotes of missing objects) may make git start another program.
 */

/** What {@link gitEnvironment} is made from. */
export interface GitEnvironmentOptions {
  /**
   * The one transport that the call may use (for http also https, to which hosts redirect).
   * @default none, so that a missing object of a partial clone cannot start a fetch
   */
  readonly transport?: 'https' | 'http' | 'ssh' | 'git' | 'file'
  /** The repository's own folder. Naming it switches git's search for one, and its owner check, off. */
  readonly gitDirectory?: string
  readonly workTree?: string
  /**
   * How much git may allocate at one time, with a unit. Objects above git's `core.bigFileThreshold` of
   * 512 MB are streamed, and git makes no delta of them; only a pack made by hand needs more.
   * @default as much as there is
   */
  readonly allocationLimit?: string
  /** More configuration, for this call only; stronger than every configuration file. */
  readonly config?: ReadonlyArray<readonly [key: string, value: string]>
}

// What git, ssh and the HTTP library need from the host; everything else stays out, so that a
// variable of the host (GIT_DIR inside a hook, GIT_TRACE) cannot change what git does.
const inherited: ReadonlySet<string> = new Set([
  'ALL_PROXY',
  'APPDATA',
  'COMSPEC',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'HOME',
  'HOMEDRIVE',
  'HOMEPATH',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'LOCALAPPDATA',
  'LOGNAME',
  'NO_PROXY',
  'PATH',
  'PATHEXT',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'SSH_AGENT_PID',
  'SSH_AUTH_SOCK',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'TMPDIR',
  'USER',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
  'XDG_CONFIG_HOME',
])

const guards: ReadonlyArray<readonly [key: string, value: string]> = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['core.askPass', ''],
  ['core.alternateRefsCommand', ''],
  ['core.quotePath', 'false'],
  // Its names of packs may lead to those of another repository.
  ['core.multiPackIndex', 'false'],
  ['protocol.ext.allow', 'never'],
  ['fetch.recurseSubmodules', 'false'],
  ['submodule.recurse', 'false'],
  ['transfer.bundleURI', 'false'],
  ['maintenance.auto', 'false'],
  ['gc.auto', '0'],
  ['http.followRedirects', 'initial'],
]

/** Variables of a git process: what it needs from the host, and every guard. */
export function gitEnvironment(options: GitEnvironmentOptions = {}): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && inherited.has(name.toUpperCase())) environment[name] = value
  }
  const config = [...guards, ...(options.config ?? [])]
  Object.assign(environment, {
    LC_ALL: 'C',
    LANGUAGE: '',
    GIT_ALLOW_PROTOCOL: options.transport === 'http' ? 'http:https' : (options.transport ?? 'none'),
    GIT_ASKPASS: '',
    GIT_CONFIG_COUNT: String(config.length),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_PAGER: 'cat',
    // The host's own ssh command is kept; a repository's `core.sshCommand` is not.
    GIT_SSH_COMMAND: `${process.env.GIT_SSH_COMMAND ?? 'ssh'} -o BatchMode=yes -o ConnectTimeout=30`,
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
  })
  for (const [index, [key, value]] of config.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key
    environment[`GIT_CONFIG_VALUE_${index}`] = value
  }
  if (options.allocationLimit !== undefined) environment.GIT_ALLOC_LIMIT = options.allocationLimit
  if (options.gitDirectory !== undefined) environment.GIT_DIR = options.gitDirectory
  if (options.workTree !== undefined) environment.GIT_WORK_TREE = options.workTree
  return environment
}
