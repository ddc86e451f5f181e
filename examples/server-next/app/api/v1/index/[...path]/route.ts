import { nextHandlers } from '@cairn/server/next'
import { statusServer } from '../../../../../status'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'
export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = nextHandlers(statusServer)
