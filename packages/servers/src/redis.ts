import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { cachedProgram } from './program-cache.ts'
import { runNeededProgram, runProgram } from './run-program.ts'
import { runServer } from './run-server.ts'
import type { RunningServer, StartOptions } from './running-server.ts'

const remedy = `install redis-server with your system's package manager`

/** A Redis program, and where its libraries are. */
interface RedisProgram {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * Starts the Redis of this machine or, on Debian and what is made from it, one that is fetched once from
 * the system's package registry and not installed. Throws `ServerUnavailableError` elsewhere.
 */
export async function startRedis({ onFetch }: StartOptions = {}): Promise<RunningServer> {
  const { program, env } = await findRedis(onFetch)
  const { stdout } = await runNeededProgram('Redis', remedy, program, ['--version'], { env })
  return runServer({
    name: 'Redis',
    version: /v=([\d.]+)/.exec(stdout)?.[1] ?? 'unknown',
    startTimeoutMs: 30_000,
    url: (port) => `redis://127.0.0.1:${port}`,
    command: async (port, folder) => ({
      program,
      args: [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
        // What a power cut may lose is what was not acknowledged.
        ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
        ...['--daemonize', 'no'],
      ],
      env,
    }),
    async answers({ port, pid }) {
      const reply = await ask(port, 'PING\r\nINFO server\r\nQUIT\r\n')
      if (!reply.startsWith('+PONG\r\n')) throw new Error('It does not answer PING.')
      if (!reply.includes(`process_id:${pid}\r\n`)) throw new Error('It is another Redis.')
    },
  })
}

async function findRedis(onFetch: StartOptions['onFetch']): Promise<RedisProgram> {
  const installed = { program: 'redis-server', env: {} }
  if (await isThere(installed)) return installed
  const folder = await cachedProgram('redis', async (folder) => {
    const { stdout } = await runNeededProgram('Redis', remedy, 'apt-get', [
      ...['install', '--simulate', '--no-install-recommends', 'redis-server'],
    ])
    const packages = [...stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? [])
    onFetch?.('Redis (2 MB)')
    const archives = await mkdtemp(join(tmpdir(), 'cairn-redis-archives-'))
    try {
      await runNeededProgram('Redis', remedy, 'apt-get', ['download', ...packages], {
        cwd: archives,
      })
      for (const archive of await readdir(archives)) {
        await runProgram('dpkg-deb', ['--extract', join(archives, archive), folder])
      }
    } finally {
      await rm(archives, { recursive: true, force: true })
    }
  })
  const system = join(folder, 'usr', 'lib')
  const libraries = (await readdir(system)).map((entry) => join(system, entry))
  return {
    program: join(folder, 'usr', 'bin', 'redis-server'),
    env: { LD_LIBRARY_PATH: libraries.join(delimiter) },
  }
}

async function isThere({ program }: RedisProgram): Promise<boolean> {
  try {
    await runProgram(program, ['--version'])
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** What Redis answers to commands of which the last makes it close the connection. */
async function ask(port: number, commands: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' }).setEncoding('utf8').setTimeout(2_000)
  socket.once('timeout', () => socket.destroy(new Error('It does not answer in time.')))
  let reply = ''
  socket.on('data', (data) => {
    reply += data
  })
  socket.write(commands)
  await once(socket, 'close')
  return reply
}
