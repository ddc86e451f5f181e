import { expect, test } from 'vitest'
import { machineTraces } from './machine-traces.ts'

// Put together here, so that this file does not trip the check.
const host = ['registry', 'npmjs', 'org'].join('.')
const home = ['', 'home', 'somebody', 'cairn'].join('/')

test('a registry host is found with its line', () => {
  expect(machineTraces(`first\n"resolved": "https://${host}/zod"`)).toMatchObject([{ line: 2 }])
})

test.each([home, ['', 'root', '.npmrc'].join('/'), ['file:', '', home].join('/')])(
  '%s is found',
  (path) => {
    expect(machineTraces(`open ${path}`)).toHaveLength(1)
  },
)

test('a folder of this machine is found', () => {
  expect(machineTraces('cd /srv/build/cairn', ['/srv/build'])).toHaveLength(1)
})

test.each(['https://example.com/home/page/x', 'src/root/index.ts', '~/root/x', 'github.com'])(
  '%s is left alone',
  (text) => {
    expect(machineTraces(text)).toEqual([])
  },
)
