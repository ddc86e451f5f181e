import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const files = 90

/** A repository of many small files that call each other, committed at `path`. */
export function makeNetworkRepository(path: string): void {
  mkdirSync(join(path, 'src'), { recursive: true })
  for (let index = 0; index < files; index++) {
    const next = (index + 1) % files
    const text = [
      `import { step${next} } from './file${next}.ts'`,
      '',
      `/** Step ${index} of the way: it adds ${index * 7} and goes on. */`,
      `export function step${index}(value: number): number {`,
      `  return value > ${index} ? value + ${index * 7} : step${next}(value)`,
      '}',
      '',
      `/** Names step ${index} for those who read a log of number ${index * 31}. */`,
      `export class Name${index} {`,
      `  show(): string {`,
      `    return 'step ${index}, then ' + String(step${index}(${index}))`,
      '  }',
      '}',
      '',
    ].join('\n')
    writeFileSync(join(path, 'src', `file${index}.ts`), text)
  }
  // What cannot be packed smaller, so that a clone has a middle.
  writeFileSync(join(path, 'noise.bin'), randomBytes(300_000))
  const git = (...args: string[]): void => {
    execFileSync('git', args, { cwd: path, stdio: 'pipe' })
  }
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git(
    ...['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'],
    ...['commit', '--quiet', '-m', 'First'],
  )
}
