import { basename, dirname } from 'node:path'
import { serveGit } from '@cairn/servers/git'
import type { NetworkSubject } from './network-subject.ts'

/** The remote of a clone, by HTTP. */
export async function gitSubject(repositoryPath: string): Promise<NetworkSubject> {
  const server = await serveGit({ root: dirname(repositoryPath) })
  return {
    name: 'git remote',
    waitedFor: 'the remote http://127.0.0.1:',
    port: server.port,
    embedded: null,
    // Git waits a minute for the next byte.
    slowFaults: ['half-open'],
    async reach(port) {
      const url = `http://127.0.0.1:${port}/${basename(repositoryPath)}`
      return { source: { url }, close: async () => undefined }
    },
    stores: null,
    clear: async () => undefined,
    close: async () => server[Symbol.asyncDispose](),
  }
}
