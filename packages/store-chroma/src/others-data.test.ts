import { describeWithServer } from '@cairn/servers/vitest'
import { afterEach, expect, test, vi } from 'vitest'
import { chroma } from './chroma.ts'
import { freshSpace, rowsOf } from './rows.test-support.ts'

afterEach(() => vi.restoreAllMocks())

describeWithServer('chroma', 'in a database with collections of other programs', (server) => {
  /** A request to the server below its database, as another program sends it. */
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const place = 'tenants/default_tenant/databases/default_database'
    const response = await fetch(`${server().url}/api/v2/${place}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(await response.text())
    return response.json()
  }

  async function makeCollection(body: Record<string, unknown>): Promise<string> {
    const { id } = (await ask('POST', 'collections', body)) as { id: string }
    await ask('POST', `collections/${id}/upsert`, {
      ids: ['theirs'],
      embeddings: [[1, 0]],
      metadatas: [{ repository: 'shop' }],
    })
    return id
  }

  // Other files use the same server meanwhile.
  const collectionPrefix = 'others-data-'

  const contents = (id: string): Promise<unknown> =>
    ask('POST', `collections/${id}/get`, { include: ['embeddings', 'metadatas'] })

  test('none of them is touched, nor their embedding functions loaded, and nothing is printed', async () => {
    const printed = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    )
    const space = freshSpace()
    const [row, ...rows] = rowsOf('shop', 4)
    if (!row) throw new Error('rows were made')
    const ids = [
      await makeCollection({ name: 'papers' }),
      await makeCollection({ name: `${collectionPrefix}of-stones`, metadata: { height: 3 } }),
      await makeCollection({
        name: 'with-a-model',
        configuration: {
          embedding_function: {
            type: 'known',
            name: 'openai',
            config: { api_key_env_var: 'NO_SUCH_KEY', model_name: 'text-embedding-3-small' },
          },
        },
      }),
    ]
    const before = await Promise.all(ids.map(contents))
    const names = (await ask('GET', 'collections?limit=1000')) as { name: string }[]

    const store = chroma({ url: server().url, collectionPrefix })
    await store.upsert(space, [row, ...rows])
    await store.query(space, row.vector, { limit: 10 })
    expect(await store.spaces()).toContainEqual(space)
    await store.delete(space, [row.id, 'theirs'])
    expect(await store.removeRepository('shop')).toBeGreaterThanOrEqual(3)
    await store.close()

    expect(await Promise.all(ids.map(contents))).toEqual(before)
    const after = (await ask('GET', 'collections?limit=1000')) as { name: string }[]
    expect(after.map(({ name }) => name)).toEqual(
      expect.arrayContaining(names.map(({ name }) => name)),
    )
    for (const method of printed) expect(method).not.toHaveBeenCalled()
  })

  /** The collection that cairn has made for a space. */
  async function ownCollection(
    store: ReturnType<typeof chroma>,
    space: ReturnType<typeof freshSpace>,
  ): Promise<{ id: string; name: string }> {
    await store.upsert(space, rowsOf('shop', 1))
    const all = (await ask('GET', 'collections?limit=1000')) as {
      id: string
      name: string
      metadata: Record<string, unknown> | null
    }[]
    const own = all.find(({ metadata }) => metadata?.['cairn:fingerprint'] === space.fingerprint)
    if (!own) throw new Error('the collection was made')
    return own
  }

  test('one that stands where cairn would make its own is refused and left', async () => {
    const { url } = server()
    const space = freshSpace()
    const own = await ownCollection(chroma({ url, collectionPrefix }), space)
    await ask('DELETE', `collections/${own.name}`)
    const theirs = await makeCollection({ name: own.name })
    const before = await contents(theirs)
    const store = chroma({ url, collectionPrefix })
    for (const call of [
      () => store.upsert(space, rowsOf('shop', 1)),
      () => store.delete(space, ['theirs']),
      () => store.query(space, Float32Array.of(1, 0), { limit: 1 }),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'STORE_MISMATCH',
        recoverable: false,
        message: `The collection "${own.name}" of Chroma at ${url} was not made by cairn: choose another \`collectionPrefix\`.`,
      })
    }
    expect((await store.spaces()).map(({ fingerprint }) => fingerprint)).not.toContain(
      space.fingerprint,
    )
    expect(await contents(theirs)).toEqual(before)
  })

  test('a collection of other dimensions is refused, by the store that wrote it and by another', async () => {
    const { url } = server()
    const space = freshSpace(2)
    const writer = chroma({ url, collectionPrefix })
    const { name } = await ownCollection(writer, space)
    const wider = { ...space, dimensions: 3 }
    const [row] = rowsOf('shop', 1)
    if (!row) throw new Error('a row was made')
    for (const store of [writer, chroma({ url, collectionPrefix })]) {
      const write = store.upsert(wider, [{ ...row, vector: Float32Array.of(1, 0, 0) }])
      await expect(write).rejects.toMatchObject({
        name: 'StoreError',
        code: 'STORE_MISMATCH',
        recoverable: false,
        message: `The collection "${name}" of Chroma at ${url} has vectors of 2 dimensions, not of 3.`,
      })
    }
  })

  test('a collection of a newer cairn is refused', async () => {
    const { url } = server()
    const space = freshSpace()
    const own = await ownCollection(chroma({ url, collectionPrefix }), space)
    await ask('PUT', `collections/${own.id}`, {
      new_metadata: {
        'cairn:layout': 2,
        'cairn:fingerprint': space.fingerprint,
        'cairn:dimensions': 2,
      },
    })
    await expect(
      chroma({ url, collectionPrefix }).upsert(space, rowsOf('shop', 1)),
    ).rejects.toMatchObject({
      code: 'STORE_TOO_NEW',
    })
    await ask('DELETE', `collections/${own.name}`)
  })

  test('a collection that another program deletes is worth another try, which makes it anew', async () => {
    const store = chroma({ url: server().url, collectionPrefix })
    const space = freshSpace()
    const { name } = await ownCollection(store, space)
    await ask('DELETE', `collections/${name}`)
    const rows = rowsOf('shop', 3)
    await expect(store.upsert(space, rows)).rejects.toMatchObject({
      code: 'STORE_FAILED',
      recoverable: true,
      message: expect.stringContaining('was deleted by another program'),
    })
    await store.upsert(space, rows)
    expect(await store.count(space, { repository: 'shop' })).toBe(3)
  })

  test('two prefixes share nothing', async () => {
    const { url } = server()
    const space = freshSpace()
    const [ours, theirs] = ['ours-', 'theirs-'].map((collectionPrefix) =>
      chroma({ url, collectionPrefix }),
    )
    if (!ours || !theirs) throw new Error('two stores were made')
    await ours.upsert(space, rowsOf('shop', 3))
    await theirs.upsert(space, rowsOf('shop', 2))
    expect(await ours.removeRepository('shop')).toBe(3)
    expect(await theirs.count(space, { repository: 'shop' })).toBe(2)
    expect(await ours.spaces()).toEqual([])
  })
})
