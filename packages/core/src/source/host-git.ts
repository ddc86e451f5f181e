import { devNull, homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SourceError } from '../errors.ts'
import type { GitEnvironmentOptions } from './git-environment.ts'
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
  const configured = await settings(signal)
  // A git that gives a guard back has taken it; of another, and where a setting keeps git from answering, more is asked.
  const named = configured.has('command core.hookspath')
    ? configured.get('global core.excludesfile')
    : await namedByItself(signal)
  const ofUser = process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
  return { userIgnoreFile: named || join(ofUser, 'git', 'ignore') }
}

async function namedByItself(signal: AbortSignal): Promise<string> {
  await assertNewEnough(signal)
  const name = ['config', '--global', '--includes', '--type=path', '--get', 'core.excludesFile']
  const { stdout } = await ask(name, {}, signal)
  return stdout.toString('utf8').replace(/\n$/, '')
}

/** What git goes by, by scope and key; nothing of a git that cannot say it. */
async function settings(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const keys = '^core\\.(hookspath|excludesfile)$'
  const { stdout } = await ask(
    ['config', '--includes', '--type=path', '--show-scope', '-z', '--get-regexp', keys],
    // Not those of a repository that someone made where temporary files are.
    { gitDirectory: devNull },
    signal,
  )
  const parts = stdout.toString('utf8').split('\0')
  const found = new Map<string, string>()
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [key = '', ...value] = (parts[index + 1] ?? '').split('\n')
    found.set(`${parts[index]} ${key}`, value.join('\n'))
  }
  return found
}

async function assertNewEnough(signal: AbortSignal): Promise<void> {
  const { stdout } = await ask(['version'], {}, signal)
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout.toString('latin1')) ?? []
  const isNewEnough =
    Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])
  if (isNewEnough) return
  throw new SourceError(
    'GIT_MISSING',
    `git ${major}.${minor} is too old; cairn needs git ${oldest.join('.')} or newer.`,
  )
}

function ask(
  args: readonly string[],
  environment: GitEnvironmentOptions,
  signal: AbortSignal,
): Promise<GitResult> {
  return runGit({ arguments: args, workingDirectory: tmpdir(), environment, signal })
}
