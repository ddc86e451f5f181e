import { expect, test } from 'vitest'
import { type CommandContext, createCommandContext, mention } from './command-context.ts'
import { type EmulatedTerminal, openTerminal } from './fixtures/terminal.ts'

function contextOn(terminal: EmulatedTerminal): CommandContext {
  return createCommandContext({
    dataDirectory: '/nowhere',
    isJson: false,
    interrupt: { signal: new AbortController().signal, onFirst: () => undefined },
    environment: {},
    stdout: terminal.stream,
    stderr: terminal.stream,
  })
}

test('what is written after a terminal was resized fits it as it is then', async () => {
  const terminal = openTerminal(80, 24)
  const context = contextOn(terminal)
  expect(context.out.columns).toBe(80)
  terminal.resize(20, 24)
  expect(context.out.columns).toBe(20)
  expect({ ...context.out, more: true }.columns).toBe(20)
  mention(context, 'Nothing found. Try other or fewer words.')
  expect(await terminal.lines()).toEqual(['Nothing found. Try', 'other or fewer', 'words.'])
  expect(await terminal.brokenLines()).toEqual([])
})
