import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runOrThrow } from './run-command.ts'

/** Makes a Git repository of two files and one commit. */
export async function makeSmallRepository(folder: string): Promise<void> {
  await mkdir(join(folder, 'src'), { recursive: true })
  await writeFile(
    join(folder, 'src/retry.ts'),
    '/** Sends a request again after it failed. */\nexport function retryFailedRequest(): void {}\n',
  )
  await writeFile(join(folder, 'README.md'), '# A project\n\nHow to build it.\n')
  const git = (...args: readonly string[]): Promise<string> =>
    runOrThrow('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
    })
  await git('init', '--quiet')
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'Begin')
}
