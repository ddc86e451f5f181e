import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { auth, driver } from 'neo4j-driver'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startChroma } from './chroma.ts'
import { startNeo4j } from './neo4j.ts'
import { startRedis } from './redis.ts'
import { ServerUnavailableError } from './server-unavailable-error.ts'
import { startOrSkip } from './vitest.ts'

test('Chroma keeps what it acknowledged when it is killed, and leaves nothing when it is stopped', async (context) => {
  const folder = await temporaryFolders()
  const chroma = await startOrSkip(context, startChroma)
  const databases = `${chroma.url}/api/v2/tenants/default_tenant/databases`
  const created = await fetch(databases, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'kept' }),
  })
  expect(created.ok).toBe(true)

  await chroma.kill()
  await expect(fetch(databases)).rejects.toThrow()
  await chroma.restart()
  expect(await (await fetch(databases)).text()).toContain('kept')

  await chroma.stop()
  await expect(fetch(databases)).rejects.toThrow()
  expect(await readdir(folder)).toEqual([])
})

// It starts twice, and on a busy machine takes a minute each.
test('Neo4j keeps what it acknowledged when it is killed, and leaves nothing when it is stopped', {
  timeout: 400_000,
}, async (context) => {
  const folder = await temporaryFolders()
  const neo4j = await startOrSkip(context, startNeo4j)
  const query = async (cypher: string) => {
    await using connected = driver(neo4j.url, auth.basic(neo4j.user, neo4j.password), {
      maxTransactionRetryTime: 0,
    })
    return (await connected.executeQuery(cypher)).records.map((record) => record.get(0))
  }
  await query('CREATE (:Kept {name: "kept"})')

  await neo4j.kill()
  await expect(query('RETURN 1')).rejects.toThrow()
  await neo4j.restart()
  expect(await query('MATCH (kept:Kept) RETURN kept.name')).toEqual(['kept'])

  await neo4j.stop()
  expect(await readdir(folder)).toEqual([])
})

test('Redis answers PING, and keeps what it acknowledged when it is killed', async (context) => {
  const folder = await temporaryFolders()
  const redis = await startOrSkip(context, startRedis)
  expect(await ask(redis.url, 'PING')).toBe('+PONG\r\n')
  expect(await ask(redis.url, 'SET name kept')).toBe('+OK\r\n')

  await redis.kill()
  await redis.restart()
  expect(await ask(redis.url, 'GET name')).toBe('$4\r\nkept\r\n')

  await redis.stop()
  expect(await readdir(folder)).toEqual([])
})

test('a server dies with the process that started it, and its folder goes', async (context) => {
  await startOrSkip(context, startRedis)
  const folder = await temporaryFolders()
  const program = `
    import { startRedis } from ${JSON.stringify(import.meta.resolve('./redis.ts'))}
    console.log((await startRedis()).url)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = await once(createInterface(parent.stdout), 'line')
  expect(await ask(url, 'PING')).toBe('+PONG\r\n')

  parent.kill('SIGKILL')
  await expect.poll(() => readdir(folder), { timeout: 30_000 }).toEqual([])
  await expect(ask(url, 'PING')).rejects.toThrow('ECONNREFUSED')
})

test('the command says where the servers are, and stops them when it is interrupted', async (context) => {
  await startOrSkip(context, startRedis)
  const folder = await temporaryFolders()
  const main = fileURLToPath(import.meta.resolve('./main.ts'))
  const command = spawn(process.execPath, [main, 'redis'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const line of createInterface(command.stdout)) {
    output += `${line}\n`
    if (line.startsWith('Ctrl-C')) command.kill('SIGINT')
  }
  expect(output).toMatch(/Redis.*redis:\/\/127\.0\.0\.1:\d+/)
  expect(output).toContain('Stopping')
  expect(command.exitCode ?? (await once(command, 'exit'))[0]).toBe(0)
  expect(await readdir(folder)).toEqual([])
})

test('the command names a server that it does not know', async () => {
  const main = fileURLToPath(import.meta.resolve('./main.ts'))
  const command = spawn(process.execPath, [main, 'mysql'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [line] = await once(createInterface(command.stderr), 'line')
  expect(line).toBe(
    'There is no server named mysql. The servers: chroma, neo4j, neo4j@2026, redis.',
  )
})

test.for([
  { server: 'Chroma', start: startChroma, missing: 'Python' },
  { server: 'Neo4j', start: startNeo4j, missing: 'Java' },
  { server: 'Neo4j', start: () => startNeo4j({ version: '2026' }), missing: 'Java 21' },
  { server: 'Redis', start: startRedis, missing: 'redis-server' },
])('$server without $missing says what is missing and how to get it', async (given) => {
  const empty = await temporaryFolders()
  vi.stubEnv('PATH', empty)
  vi.stubEnv('JAVA_HOME', undefined)
  vi.stubEnv('XDG_CACHE_HOME', empty)
  const error = await given.start().catch((error: unknown) => error)
  expect(error).toBeInstanceOf(ServerUnavailableError)
  expect(String(error)).toMatch(new RegExp(`${given.server} cannot be started here: .*install.*`))
  expect(String(error)).toContain(given.missing)
  expect(String(error)).toContain('not on the PATH')
})

/** A folder in which this test's servers make theirs; it is empty again where none is left. */
async function temporaryFolders(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-servers-test-'))
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).setEncoding('utf8')
  socket.end(`${command}\r\n`)
  let reply = ''
  for await (const data of socket) reply += data
  return reply
}
