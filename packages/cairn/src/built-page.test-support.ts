/** Builds the page that `cairn serve` serves, as publishing does. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export async function setup(): Promise<void> {
  const script = join(import.meta.dirname, '../../dashboard/scripts/build.ts')
  await promisify(execFile)(process.execPath, [
    '--conditions=@cairn/source',
    '--disable-warning=ExperimentalWarning',
    script,
  ])
}
