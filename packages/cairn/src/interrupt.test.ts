import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startProcess } from './fixtures/cairn-process.ts'

const program = fileURLToPath(new URL('./fixtures/interrupted.ts', import.meta.url))

// Windows has no signal that a process can handle and another can send.
if (process.platform !== 'win32') {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`the first ${signal} asks to end, the second ends at once`, async () => {
      const running = startProcess([process.execPath, program])
      await running.seen(/ready/, 'stdout')
      running.child.kill(signal)
      await running.seen(/told\naborted/, 'stdout')
      // What comes in the same moment is the same key press, so it is sent until it is another one.
      const again = setInterval(() => running.child.kill(signal), 30)
      const ended = await running.ended
      clearInterval(again)
      expect(ended).toEqual({
        code: 130,
        signal: null,
        stdout: 'ready\ntold\naborted\n',
        stderr: '',
      })
    })
  }
}
