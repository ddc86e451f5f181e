import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { findKnownModel, knownNames } from './known-models.ts'
import type { TransformersOptions } from './options.ts'
import { settle } from './settings.ts'

test.each([
  ['codebert-base', 'cls', 512, '', ''],
  ['unixcoder-base', 'mean', 512, '', ''],
  ['all-MiniLM-L6-v2', 'mean', 256, '', ''],
  ['bge-base-en-v1.5', 'cls', 512, 'Represent this sentence for searching relevant passages: ', ''],
  ['gte-small', 'mean', 512, '', ''],
  ['e5-large-v2', 'mean', 512, 'query: ', 'passage: '],
  ['multilingual-e5-small', 'mean', 512, 'query: ', 'passage: '],
  ['jina-embeddings-v2-base-code', 'mean', 8192, '', ''],
  ['nomic-embed-text-v1.5', 'mean', 8192, 'search_query: ', 'search_document: '],
] as const)('knows how %s is used', (model, pooling, maxTokens, queryPrefix, documentPrefix) => {
  expect(settle({ model })).toMatchObject({
    ...{ pooling, maxTokens, queryPrefix, documentPrefix },
    ...{ dtype: 'q8', device: 'cpu' },
  })
})

test('knows each model under one name, whoever owns the copy', () => {
  expect(new Set(knownNames.map((name) => name.toLowerCase())).size).toBe(knownNames.length)
  const known = findKnownModel('bge-small-en-v1.5')
  expect(findKnownModel('BAAI/BGE-small-en-v1.5')).toBe(known)
  expect(known?.repository).toBe('Xenova/bge-small-en-v1.5')
  expect(findKnownModel('bge-small')).toBeUndefined()
})

test('splits identifiers where the tokenizer of the known model lowers case', () => {
  const split = knownNames.filter((model) => settle({ model }).splitIdentifiers)
  expect(split).toEqual(knownNames.filter((name) => /^(all-MiniLM|bge|gte|e5|nomic)-/.test(name)))
  expect(settle({ model: 'bge-small-en-v1.5', splitIdentifiers: false }).splitIdentifiers).toBe(
    false,
  )
  expect(settle({ model: 'owner/mine', pooling: 'mean' }).splitIdentifiers).toBe(false)
})

test('lets options win over what is known of the model', () => {
  const options = {
    model: 'e5-small-v2',
    pooling: 'cls',
    queryPrefix: '',
    maxTokens: 100,
    fusion: { dense: 2, lexical: 3 },
  } as const
  expect(settle(options)).toMatchObject({ ...options, documentPrefix: 'passage: ' })
})

test('finds a model on the Hub and in the cache by its repository and revision', () => {
  const base = { model: 'gte-small', cacheDir: '/cache' }
  expect(settle(base).source).toEqual({
    folder: resolve('/cache/Xenova/gte-small'),
    remote: 'https://huggingface.co/Xenova/gte-small/resolve/main/',
    isLocal: false,
  })
  const mirror = { remoteHost: 'https://mirror.example/hub', revision: 'v1' }
  expect(settle({ ...base, model: 'mine/gte-small', ...mirror }).source).toEqual({
    folder: resolve('/cache/mine/gte-small/v1'),
    remote: 'https://mirror.example/hub/mine/gte-small/resolve/v1/',
    isLocal: false,
  })
  expect(settle({ ...base, allowRemote: false }).source.remote).toBeNull()
  expect(settle({ ...base, localPath: 'models/gte' }).source).toEqual({
    folder: resolve('models/gte'),
    remote: null,
    isLocal: true,
  })
})

test('keeps downloads in the cache folder of the user', () => {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  expect(settle({ model: 'gte-small' }).source.folder).toBe(
    join(cache, 'cairn/models/Xenova/gte-small'),
  )
})

test('takes weights of full precision on a device other than the processor', () => {
  expect(settle({ model: 'gte-small', device: 'cuda' }).dtype).toBe('fp32')
})

test('says which models are known, and what an unknown one needs', () => {
  expect(() => settle({ model: 'owner/unheard-of' })).toThrowError(
    /The model owner\/unheard-of is not known: say how .*"pooling".*all-MiniLM-L6-v2/,
  )
  expect(() => settle({ model: 'unheard-of', pooling: 'mean' })).toThrowError(
    'name its repository as "owner/name"',
  )
})

test.each<[string, Partial<Record<keyof TransformersOptions, unknown>>]>([
  ['a path as the model', { model: '../models/gte' }],
  ['a model that climbs', { model: '../..' }],
  ['no model', { model: undefined }],
  ['an unknown dtype', { dtype: 'int3' }],
  ['an unknown device', { device: 'abacus' }],
  ['an unknown pooling', { pooling: 'max' }],
  ['an unknown runtime', { runtime: 'torch' }],
  ['no workers', { workers: 0 }],
  ['half a thread', { threadsPerWorker: 0.5 }],
  ['a limit of nothing', { maxTokens: -1 }],
  ['a weight that is no number', { fusion: { dense: Number.NaN, lexical: 1 } }],
  ['a host that is no URL', { remoteHost: 'mirror' }],
  ['a revision that climbs', { revision: '../../etc' }],
])('refuses %s', (_, wrong) => {
  const options = { model: 'gte-small', ...wrong } as TransformersOptions
  expect(() => settle(options)).toThrowError(expect.objectContaining({ code: 'INVALID_OPTIONS' }))
})
