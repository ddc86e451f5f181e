import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDashboard } from './dashboard.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let folder: string
beforeEach(() => {
  bench = createWorkbench()
  folder = mkdtempSync(join(tmpdir(), 'cairn-page-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>A page</title>')
  writeFileSync(join(folder, 'assets', 'index-a1b2c3.js'), `export {}\n${'// long\n'.repeat(500)}`)
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

test('serves the page with a strict policy, and asks for it again each time', async () => {
  const { url } = await bench.mount({ dashboard: { folder } })
  const response = await fetch(`${url}/dashboard/`)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('A page')
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('cache-control')).toBe('no-cache')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  const policy = response.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  const etag = response.headers.get('etag') ?? ''
  const again = await fetch(`${url}/dashboard/`, { headers: { 'if-none-match': `"x", ${etag}` } })
  expect([again.status, await again.text()]).toEqual([304, ''])
})

test('lets what has a hash in its name be kept for ever, and compresses it', async () => {
  const { url } = await bench.mount({ dashboard: { folder } })
  const address = `${url}/dashboard/assets/index-a1b2c3.js`
  const plain = await fetch(address, { headers: { 'accept-encoding': 'gzip;q=0' } })
  expect(plain.headers.get('content-encoding')).toBe(null)
  const small = await fetch(address, { headers: { 'accept-encoding': 'br, gzip' } })
  expect(small.headers.get('content-encoding')).toBe('gzip')
  expect(Number(small.headers.get('content-length'))).toBeLessThan(200)
  expect(await small.text()).toBe(await plain.text())
  expect(small.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(small.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(small.headers.get('vary')).toBe('Accept-Encoding')
})

test('leads to the page from the address without a slash, below whatever prefix', async () => {
  const { url } = await bench.mount({ dashboard: { folder } })
  const response = await fetch(`${url}/dashboard?api=/x`, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([308, 'dashboard/?api=/x'])
})

test('gives nothing that is not of the page, and changes nothing', async () => {
  writeFileSync(join(folder, '..', 'cairn-secret.txt'), 'secret')
  const { url, port } = await bench.mount({ dashboard: { folder } })
  for (const path of ['missing.js', '..%2fcairn-secret.txt', '%2e%2e/cairn-secret.txt', 'assets']) {
    const response = await fetch(`${url}/dashboard/${path}`)
    expect([path, response.status]).toEqual([path, 404])
  }
  const posted = await fetch(`${url}/dashboard/`, { method: 'POST' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  const options = await fetch(`${url}/dashboard/`, { method: 'OPTIONS' })
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  const head = await fetch(`http://127.0.0.1:${port}/api/v1/index/dashboard/`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  rmSync(join(folder, '..', 'cairn-secret.txt'))
})

test('is behind authorize, and absent unless it is asked for', async () => {
  const shut = await bench.mount({
    dashboard: { folder },
    authorize: () => ({ kind: 'deny', status: 401 }),
  })
  expect((await fetch(`${shut.url}/dashboard/`)).status).toBe(401)
  const without = await bench.mount()
  expect((await fetch(`${without.url}/dashboard/`)).status).toBe(404)
})

test('varies by what both the page and CORS vary by', async () => {
  const { url } = await bench.mount({
    dashboard: { folder },
    cors: true,
    origins: ['https://app.example.com'],
  })
  const response = await fetch(`${url}/dashboard/`)
  expect(response.headers.get('vary')).toBe('Origin, Accept-Encoding')
})

test('says at construction where there is no page', () => {
  expect(() => createDashboard(join(folder, 'nowhere'))).toThrow(/no built page in .*nowhere/)
  expect(() => createDashboard(join(folder, 'assets'))).toThrow(/no index\.html in .*assets/)
})

test('says at construction that the package of the page is not installed', () => {
  // In a process of its own: the test runner lets everything of the workspace be found from everywhere.
  const program = `
    import { createDashboard } from ${JSON.stringify(import.meta.resolve('./dashboard.ts'))}
    try {
      createDashboard(null, ${JSON.stringify(pathToFileURL(join(folder, 'program.mjs')).href)})
    } catch (error) {
      process.stdout.write(error.name + ': ' + error.message)
    }
  `
  const node = ['--conditions=@cairn/source', '--input-type=module', '--eval', program]
  const told = execFileSync(process.execPath, node, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  expect(told).toMatch(/^TypeError: dashboard: the package @cairn\/dashboard is not installed\./)
})

test('finds the page of the installed package', () => {
  const installed = join(folder, 'node_modules/@cairn/dashboard')
  mkdirSync(join(installed, 'page'), { recursive: true })
  writeFileSync(join(installed, 'package.json'), '{"name":"@cairn/dashboard"}')
  writeFileSync(join(installed, 'page/index.html'), 'installed')
  const dashboard = createDashboard(null, pathToFileURL(join(folder, 'program.mjs')).href)
  expect([dashboard.owns('/dashboard/'), dashboard.owns('/dashboards')]).toEqual([true, false])
})
