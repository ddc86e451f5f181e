import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SourceError } from '../errors.ts'
import { type GitResult, runGit } from './git-process.ts'

/** The first git that takes configuration from its environment, which every guard needs. */
const oldest = [2, 31] as const

/** The git program of the host, which was found to be one that can be used. */
export interface HostGit {
  /** The file with what the host's user ignores in every repository; it need not be there. */
  readonly userIgnoreFile: string
}

/**
 * Makes sure that git is there and knows the guards, and asks it what its user configured. No
 * repository is looked at, so this can go on while others open.
 * @throws SourceError `GIT_MISSING`
 */
export async function findGit(signal: AbortSignal): Promise<HostGit> {
  const { stdout } = await ask(['version'], signal)
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout.toString('latin1')) ?? []
  const isNewEnough =
    Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])
  if (!isNewEnough) {
    throw new SourceError(
      'GIT_MISSING',
      `git ${major}.${minor} is too old; cairn needs git ${oldest.join('.')} or newer.`,
    )
  }
  const configured = await ask(
    ['config', '--global', '--includes', '--type=path', '--get', 'core.excludesFile'],
    signal,
  )
  const settings = process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
  const named = configured.stdout.toString('utf8').replace(/\n$/, '')
  return { userIgnoreFile: named || join(settings, 'git', 'ignore') }
}

function ask(args: readonly string[], signal: AbortSignal): Promise<GitResult> {
  return runGit({ arguments: args, workingDirectory: tmpdir(), environment: {}, signal })
}
