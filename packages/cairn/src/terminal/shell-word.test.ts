import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test('a plain word stays, anything else is quoted for a shell', () => {
  expect(shellWord('src/main.ts')).toBe('src/main.ts')
  expect(shellWord('a b')).toBe("'a b'")
  expect(shellWord("it's")).toBe("'it'\\''s'")
  expect(shellWord('$(reboot)')).toBe("'$(reboot)'")
  expect(shellWord('-rf')).toBe("'-rf'")
  expect(shellWord('')).toBe("''")
})
