/** A real SSH server on a free port that lets one key fetch the repositories below a folder. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'

export interface SshGitServer extends AsyncDisposable {
  /** Of the folder whose repositories are served. */
  readonly url: string
  /** The ssh command of a host that has the key and knows the server. */
  readonly command: string
  /** That of a host with another key. */
  readonly commandOfStranger: string
  /** That of a host that never met the server. */
  readonly commandOfNewcomer: string
}

/** A pair that can be read again: some that `ssh2` makes cannot: now and then it writes a byte too few. */
function keyPair(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    try {
      if (![pair.public, pair.private].some((key) => ssh2.utils.parseKey(key) instanceof Error)) {
        return pair
      }
    } catch {
      // The next one will do.
    }
  }
}

/** Serves the repositories below `root`; keys and known hosts are written into `folder`. */
export async function sshGitServer(root: string, folder: string): Promise<SshGitServer> {
  const hostKey = keyPair()
  const allowed = keyPair()
  const stranger = keyPair()
  const parsed = ssh2.utils.parseKey(allowed.public)
  if (parsed instanceof Error) throw parsed
  const allowedKey = parsed.getPublicSSH()

  const connections = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    // A client that gives up breaks its connection off.
    connection.on('error', () => connection.end())
    connection.on('authentication', (attempt) => {
      const isAllowed = attempt.method === 'publickey' && attempt.key.data.equals(allowedKey)
      const isSigned =
        attempt.method === 'publickey' &&
        (attempt.signature === undefined ||
          parsed.verify(attempt.blob ?? Buffer.alloc(0), attempt.signature, attempt.hashAlgo) ===
            true)
      if (isAllowed && isSigned) attempt.accept()
      else attempt.reject(['publickey'])
    })
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptCommand, _, { command }) => {
        fetchFrom(root, command, acceptCommand())
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  mkdirSync(folder)
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const known = write('known_hosts', `[127.0.0.1]:${port} ${hostKey.public}\n`)
  const nobody = write('nobody_known', '')
  const key = write('key', allowed.private)
  const otherKey = write('other_key', stranger.private)
  const commandWith = (identity: string, hosts: string): string =>
    `ssh -F /dev/null -o IdentitiesOnly=yes -o IdentityAgent=none -i ${identity} -o UserKnownHostsFile=${hosts} -o GlobalKnownHostsFile=/dev/null`

  return {
    url: `ssh://git@127.0.0.1:${port}`,
    command: commandWith(key, known),
    commandOfStranger: commandWith(otherKey, known),
    commandOfNewcomer: commandWith(key, nobody),
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Runs `git-upload-pack '/path'`, the one command that fetching needs. */
function fetchFrom(root: string, command: string, channel: ServerChannel): void {
  const [, path = ''] = /^git-upload-pack '\/([\w.-]+)'$/.exec(command) ?? []
  const git = spawn('git', ['upload-pack', join(root, path)], { stdio: 'pipe' })
  git.stdin.on('error', () => channel.close())
  channel.pipe(git.stdin)
  git.stdout.pipe(channel, { end: false })
  git.stderr.pipe(channel.stderr, { end: false })
  git.on('close', (code) => {
    channel.exit(code ?? 1)
    channel.end()
  })
}
