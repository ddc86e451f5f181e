import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { collectEvents, createWorkbench, git, shop, type Workbench } from './fixture.ts'
import { sshGitServer } from './ssh-git-server.ts'

let bench: Workbench
let repository: string
beforeEach(() => {
  bench = createWorkbench()
  mkdirSync(join(bench.folder, 'served'))
  repository = bench.repository('served/shop', shop)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await bench.close()
})

const serve = () => sshGitServer(join(bench.folder, 'served'), join(bench.folder, 'keys'))

test('a repository is cloned over SSH with the keys that the host has', async () => {
  await using server = await serve()
  vi.stubEnv('GIT_SSH_COMMAND', server.command)
  git(repository, 'checkout', '--quiet', '-b', 'side')
  git(repository, 'rm', '--quiet', 'shop/cart.py')
  git(repository, 'commit', '--quiet', '-m', 'No cart')
  const { indexer } = bench.open()

  const run = indexer.index({ url: `${server.url}/shop`, ref: 'main' })
  const events = collectEvents(run)
  const main = await run.finished
  expect(main).toMatchObject({ ref: 'main', commit: git(repository, 'rev-parse', 'main') })
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'stage.completed', stage: 'cloning' }),
  )

  const side = await indexer.index({ url: `${server.url}/shop`, ref: 'side' }).finished
  expect(side.commit).toBe(git(repository, 'rev-parse', 'side'))
  expect(side.files).toMatchObject({ deleted: 1, failed: 0, indexed: 0 })
})

test('a key that the server does not know, and a server that the host does not, are told apart', async () => {
  await using server = await serve()
  const { indexer } = bench.open()
  const url = `${server.url}/shop`

  vi.stubEnv('GIT_SSH_COMMAND', server.commandOfStranger)
  await expect(indexer.index({ url }).finished).rejects.toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message: expect.stringContaining('refused your SSH keys'),
  })
  vi.stubEnv('GIT_SSH_COMMAND', server.commandOfNewcomer)
  await expect(indexer.index({ url }).finished).rejects.toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message: expect.stringContaining('host key'),
  })
})

test('a repository that the SSH server does not have is not found', async () => {
  await using server = await serve()
  vi.stubEnv('GIT_SSH_COMMAND', server.command)
  const { indexer } = bench.open()
  await expect(indexer.index({ url: `${server.url}/nothing` }).finished).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
  })
})
