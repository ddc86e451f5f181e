import { startChroma } from '@cairn/servers'
import { shareServer } from '@cairn/servers/vitest'

/** Starts the Chroma that the tests of this package share. */
export const setup: ReturnType<typeof shareServer> = shareServer('chroma', startChroma)
