/**
 * `pnpm servers [chroma] [neo4j] [neo4j@2026] [redis]`: starts those servers, or one of each kind, says where
 * they are, and stops them on Ctrl-C.
 */
import { once } from 'node:events'
import { startChroma } from './chroma.ts'
import { startNeo4j } from './neo4j.ts'
import { startRedis } from './redis.ts'
import type { RunningServer, StartOptions } from './running-server.ts'

const starts: Readonly<Record<string, (options: StartOptions) => Promise<RunningServer>>> = {
  chroma: startChroma,
  neo4j: startNeo4j,
  'neo4j@2026': (options) => startNeo4j({ ...options, version: '2026' }),
  redis: startRedis,
}
const usual = ['chroma', 'neo4j', 'redis']

const named = process.argv.slice(2)
const unknown = named.filter((name) => !Object.hasOwn(starts, name))
if (unknown.length > 0) {
  const known = Object.keys(starts).join(', ')
  console.error(`There is no server named ${unknown.join(', ')}. The servers: ${known}.`)
  process.exitCode = 2
} else {
  await serve(named.length > 0 ? named : usual)
}

async function serve(names: readonly string[]): Promise<void> {
  const stopAsked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

  const running: RunningServer[] = []
  const onFetch = (what: string) => console.log(`Fetching ${what}, once …`)
  console.log(`Starting ${names.join(', ')} …`)
  const starting = Promise.allSettled(
    names.map(async (name) => {
      const server = await starts[name]?.({ onFetch })
      if (server) running.push(server)
    }),
  )
  const results = await Promise.race([starting, stopAsked.then(() => null)])
  for (const result of results ?? []) {
    if (result.status === 'fulfilled') continue
    console.error(result.reason instanceof Error ? result.reason.message : result.reason)
    process.exitCode = 1
  }
  if (results && running.length > 0) {
    console.table(
      Object.fromEntries(
        running.map(({ name, kill, restart, stop, ...shown }) => [
          `${name} ${shown.version}`,
          shown,
        ]),
      ),
    )
    console.log('Ctrl-C stops them and deletes their data.')
    // A pending promise alone does not keep a process alive.
    const alive = setInterval(() => {}, 2 ** 30)
    await stopAsked
    clearInterval(alive)
    console.log('Stopping …')
  }
  await Promise.all(running.map((server) => server.stop()))
  // A server that is still starting dies with this process.
  process.exit()
}
