/** Makes the tables of docs/protocol.md anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { protocolDocument, withTables } from './protocol-tables.ts'

writeFileSync(protocolDocument, withTables(readFileSync(protocolDocument, 'utf8')))
