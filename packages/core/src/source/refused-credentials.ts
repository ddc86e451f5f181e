import { SourceError } from '../errors.ts'
import type { Credentials } from '../options.ts'
import { lastLineOf } from './git-failure.ts'
import type { RemoteUrl } from './source-url.ts'

/** The error for a remote that did not let git in: what to do about it, with git's words as its cause. */
export function refusedCredentials(
  remote: RemoteUrl,
  credentials: Credentials | null,
  said: string,
): SourceError {
  return new SourceError('AUTHENTICATION_FAILED', adviceFor(remote, credentials, said), {
    cause: new Error(lastLineOf(said)),
  })
}

function adviceFor(remote: RemoteUrl, credentials: Credentials | null, said: string): string {
  if (/host key verification failed/i.test(said)) {
    return `The SSH host key of ${remote.shown} is not known or has changed; connect to it once with ssh, or correct its entry in known_hosts.`
  }
  if (remote.transport === 'ssh') {
    return `${remote.shown} refused your SSH keys; add one that it accepts to your SSH agent.`
  }
  if (credentials === null) {
    return `${remote.shown} asks for credentials and got none that it accepts; give them by \`auth\` or in the URL.`
  }
  return `${remote.shown} refused the credentials; check the user name, the password or token, and that they may read the repository.`
}
