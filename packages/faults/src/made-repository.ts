/** Git repositories whose size can be chosen, made up of files that import, call and inherit from each other. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const identity = ['user.name=Faults', 'user.email=faults@example.com', 'commit.gpgsign=false']

function git(folder: string, ...command: string[]): void {
  const settings = identity.flatMap((setting) => ['-c', setting])
  execFileSync('git', [...settings, ...command], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Makes a repository of so many files, all of them committed. */
export function makeRepository(folder: string, files: number): void {
  mkdirSync(folder, { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
  for (let index = 0; index < files; index++) writeFile(folder, madePath(index), madeFile(index, 0))
  commit(folder)
}

/**
 * The next state of a repository that had `before` files: of every ten of those, one is gone, one is renamed,
 * two have other text; and it has `after` files in all that were not there.
 */
export function editRepository(folder: string, before: number, after: number): void {
  for (let index = 0; index < before; index++) {
    const path = madePath(index)
    if (index % 10 === 3) rmSync(join(folder, path))
    if (index % 10 === 5) {
      rmSync(join(folder, path))
      writeFile(folder, `moved/${path}`, madeFile(index, 0))
    }
    if (index % 10 === 7 || index % 10 === 8) writeFile(folder, path, madeFile(index, 1))
  }
  for (let index = before; index < before + after; index++) {
    writeFile(folder, madePath(index), madeFile(index, 0))
  }
  commit(folder)
}

function madeName(index: number): string {
  return `settle_${words[index % words.length]}_${index}`
}

/** A word that stands in the file of this number alone. */
export function madeWord(index: number): string {
  const letters = [...String(index)].map((digit) => 'bdfgklmprt'[Number(digit)])
  return `zu${letters.join('o')}`
}

function commit(folder: string): void {
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '-m', 'Made')
}

function writeFile(folder: string, path: string, text: string): void {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
}

const words = ['invoice', 'parcel', 'ledger', 'voucher', 'stock', 'refund', 'tariff', 'customer']

function madePath(index: number): string {
  const folder = `part${Math.floor(index / 40)}`
  return index % 4 === 3 ? `web/${folder}/module${index}.ts` : `${folder}/module${index}.py`
}

function madeFile(index: number, edition: number): string {
  return index % 4 === 3 ? typeScript(index, edition) : python(index, edition)
}

function python(index: number, edition: number): string {
  const word = words[index % words.length] ?? ''
  const other = index % 4 === 0 ? index + 1 : index - 1
  const isNeighbour = Math.floor(other / 40) === Math.floor(index / 40) && other >= 0
  return `"""Keeps ${word} number ${index}, edition ${edition}."""
${isNeighbour ? `from .module${other} import ${madeName(other)}\n` : ''}

class ${capital(word)}${index}:
    """A ${word} that is booked as ${madeWord(index)}, edition ${edition}."""

    def __init__(self):
        self.entries_${index} = [${edition}]

    def book(self, amount):
        """Books an amount of ${word} ${index}."""
        self.entries_${index}.append(amount + ${edition})
        return ${madeName(index)}(amount)

    def balance(self):
        """What is left of ${word} ${index}."""
        return sum(self.entries_${index})


def ${madeName(index)}(amount):
    """Settles ${word} ${index} for an amount."""
    ${isNeighbour ? `return ${madeName(other)}(amount - ${index})` : `return amount - ${index}`}


def check_${word}_${index}(amount):
    """Whether ${word} ${index} may be settled in edition ${edition}."""
    return ${madeName(index)}(amount) > ${index + edition}
`
}

function typeScript(index: number, edition: number): string {
  const word = words[index % words.length] ?? ''
  const other = index - 4
  const isNeighbour = Math.floor(other / 40) === Math.floor(index / 40) && other >= 0
  return `${isNeighbour ? `import { ${madeName(other)} } from './module${other}.ts'\n` : ''}
/** Shows ${word} ${madeWord(index)}, edition ${edition}. */
export class ${capital(word)}View${index} {
  render(): string {
    return String(${madeName(index)}(${index + edition}))
  }
}

/** Settles ${word} ${index} on the page. */
export function ${madeName(index)}(amount: number): number {
  return ${isNeighbour ? `${madeName(other)}(amount)` : 'amount'} + ${index}
}
`
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
