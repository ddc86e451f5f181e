/** Builds the page once for all tests, so that what is tested is what stands in the source. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildPage } from '../scripts/build-page.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built page. */
    readonly pageFolder: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-page-'))
  await buildPage(folder)
  project.provide('pageFolder', folder)
  return () => rm(folder, { recursive: true, force: true })
}
