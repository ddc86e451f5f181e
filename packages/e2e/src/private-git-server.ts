/** A real Git server over HTTP that lets in who has its password, for the tests of credentials. */
import { type GitHttpServer, serveGit } from '@cairn/servers/git'

export interface PrivateGitServer extends GitHttpServer {
  /** The passwords that were sent, in order; empty for a request without. */
  readonly asked: readonly string[]
  /** Takes this password from now on, and no other. */
  accept(password: string): void
}

/** Serves the repositories below `root`. */
export async function privateGitServer(root: string, password: string): Promise<PrivateGitServer> {
  let accepted = password
  const asked: string[] = []
  const server = await serveGit({
    root,
    onRequest({ headers }, response) {
      const [, given = ''] = (headers.authorization ?? '').split(' ')
      const sent = Buffer.from(given, 'base64').toString().split(':')[1] ?? ''
      asked.push(sent)
      if (sent === accepted) return true
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return false
    },
  })
  return {
    ...server,
    asked,
    accept(next) {
      accepted = next
    },
  }
}
