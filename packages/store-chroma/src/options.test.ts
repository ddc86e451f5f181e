import { InvalidOptionsError } from '@cairn/core'
import { expect, test } from 'vitest'
import { chroma } from './chroma.ts'
import { type ChromaOptions, checkOptions } from './options.ts'

test('without options it is the server that Chroma starts without options', () => {
  expect(checkOptions({})).toEqual({
    url: 'http://localhost:8000',
    tenant: 'default_tenant',
    database: 'default_database',
    headers: {},
    collectionPrefix: 'cairn-',
    timeoutMs: 60_000,
  })
})

test.each<[ChromaOptions & Record<string, unknown>, string]>([
  [{ url: 'chroma:8000' }, 'chroma: url: '],
  [{ url: 'ftp://127.0.0.1' }, 'chroma: url: '],
  [{ url: 'http://127.0.0.1:8000/api/v2' }, 'chroma: the url must end after the port'],
  [{ url: 'http://me:hunter2@127.0.0.1:8000' }, 'chroma: credentials belong into `auth`'],
  [{ tenant: '' }, 'chroma: tenant: '],
  [{ database: '' }, 'chroma: database: '],
  [{ collectionPrefix: 'a b' }, 'chroma: collectionPrefix: must be letters, digits, - and _'],
  [{ timeoutMs: 0 }, 'chroma: timeoutMs: '],
  [{ timeout: 5 }, 'Unrecognized key'],
  [{ auth: { username: 'me' } as never }, 'chroma: auth: '],
])('%o is refused, without a word of the credentials', (options, message) => {
  expect(() => chroma(options)).toThrow(InvalidOptionsError)
  expect(() => chroma(options)).toThrow(message)
  expect(() => chroma(options)).not.toThrow('hunter2')
})

test('a url may end with a slash', () => {
  expect(checkOptions({ url: 'https://chroma.example.com/' }).url).toBe(
    'https://chroma.example.com',
  )
})
