import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `#!/usr/bin/env bash
set -euo pipefail
source ./lib/common.sh
. "$(dirname "$0")/lib/net.sh"

readonly LIMIT=3
name=session
export URL=http://localhost

# Sends a message.
send() {
  local message="$1"
  connect "$URL" | log "$message"
}

function main {
  send "hello"
}

main "$@"
`

it('reads definitions, imports, calls and inheritance of Bash', async () => {
  const file = await parseSource(source, builtin('bash'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ constant LIMIT 6-6',
      '+ variable name 7-7',
      '+ constant URL 8-8',
      '+ function send 11-14',
      '+ function main 16-18',
    ],
    imports: ['./lib/common.sh * .', '$(dirname"$0")/lib/net.sh * .'],
    heritage: [],
    calls: [
      '(top) > set',
      '(top) > source',
      '(top) > .',
      '(top) > dirname',
      'send > connect',
      'send > log',
      'main > send',
      '(top) > main',
    ],
    chunks: ['1-8', '10-14 function send', '16-18 function main', '20-20'],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['send: Sends a message.'])
})

it('finds the script that a source of Bash means', () => {
  const files = fileIndexOf('bin/lib/net.sh', 'bin/common.sh', 'scripts/env.sh')
  const resolve = (specifier: string): readonly string[] | undefined =>
    builtin('bash').resolveModule?.(specifier, 'bin/run.sh', files)
  expect(resolve('./common.sh')).toEqual(['bin/common.sh'])
  expect(resolve('$(dirname"$0")/lib/net.sh')).toEqual(['bin/lib/net.sh'])
  expect(resolve('\u0024{DIR}/common.sh')).toEqual(['bin/common.sh'])
  expect(resolve('$DIR/lib/net.sh')).toEqual(['bin/lib/net.sh'])
  expect(resolve('scripts/env.sh')).toEqual(['scripts/env.sh'])
  expect(resolve('$FILE')).toEqual([])
})
