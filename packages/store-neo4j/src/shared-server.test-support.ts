import { startNeo4j } from '@cairn/servers'
import { shareServer } from '@cairn/servers/vitest'

export const setup = shareServer('neo4j', startNeo4j)
