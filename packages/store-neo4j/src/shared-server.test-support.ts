import { startNeo4j } from '@cairn/servers'
import { shareServer } from '@cairn/servers/vitest'

export const setup = shareServer('neo4j', () => {
  const version = process.env.CAIRN_NEO4J ?? '5'
  if (version === '5' || version === '2026') return startNeo4j({ version })
  throw new Error(`CAIRN_NEO4J may be 5 or 2026, not ${version}.`)
})
