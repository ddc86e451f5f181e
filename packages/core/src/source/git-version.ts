import { tmpdir } from 'node:os'
import { SourceError } from '../errors.ts'
import { runGit } from './git-process.ts'

/** The first git that takes configuration from its environment, which every guard needs. */
const oldest = [2, 31] as const

/**
 * Makes sure that git is there and knows the guards.
 * @throws SourceError `GIT_MISSING`
 */
export async function requireGit(signal: AbortSignal): Promise<void> {
  const { stdout } = await runGit({
    arguments: ['version'],
    workingDirectory: tmpdir(),
    environment: {},
    signal,
  })
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout.toString('latin1')) ?? []
  const isNewEnough =
    Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1])
  if (isNewEnough) return
  throw new SourceError(
    'GIT_MISSING',
    `git ${major}.${minor} is too old; cairn needs git ${oldest.join('.')} or newer.`,
  )
}
