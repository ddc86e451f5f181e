import { expect, test } from 'vitest'
import { gitFailure } from './git-failure.ts'
import { refusedCredentials } from './refused-credentials.ts'
import { parseRemoteUrl } from './source-url.ts'

// A test cannot have an SSH server; these are its and git's own words.
test.each([
  [
    'git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.',
    'ssh://git@example.org/shop.git refused your SSH keys; add one that it accepts to your SSH agent.',
  ],
  [
    'Host key verification failed.\nfatal: Could not read from remote repository.',
    'The SSH host key of ssh://git@example.org/shop.git is not known or has changed; connect to it once with ssh, or correct its entry in known_hosts.',
  ],
])('%j says what to do', (said, message) => {
  expect(gitFailure('x', said).code).toBe('AUTHENTICATION_FAILED')
  const remote = parseRemoteUrl('ssh://git@example.org/shop.git')
  expect(refusedCredentials(remote, null, said)).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message,
    recoverable: false,
    cause: { message: 'fatal: Could not read from remote repository.' },
  })
})
