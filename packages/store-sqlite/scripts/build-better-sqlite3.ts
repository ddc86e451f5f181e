import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

// The tests run the store on better-sqlite3 too, which is native. pnpm does not run its install
// script, because an install must not depend on a compiler, so the binary is made here when a test
// first needs it: downloaded where its author has one, else compiled, and kept for the next checkout.

const require = createRequire(import.meta.url)
const run = promisify(execFile)

/** Makes `better-sqlite3` load; null, or why it cannot. */
export async function buildBetterSqlite3(): Promise<string | null> {
  if (await loads()) return null
  const root = dirname(require.resolve('better-sqlite3/package.json'))
  const binary = join(root, 'build', 'Release', 'better_sqlite3.node')
  const kept = join(cacheFolder(), `${keyOf(root)}.node`)
  if (existsSync(kept)) {
    mkdirSync(dirname(binary), { recursive: true })
    copyFileSync(kept, binary)
    if (await loads()) return null
    rmSync(kept)
  }
  try {
    await download(root)
  } catch {
    // Offline, or no binary for this platform: then it is compiled.
  }
  if (!(await loads())) {
    try {
      await compile(root)
    } catch (error) {
      const { stderr } = error as { stderr?: string }
      return `it could not be compiled: ${stderr?.match(/(?:gyp ERR! stack|error:).*/)?.[0] ?? String(error)}`
    }
    if (!(await loads())) return 'it was compiled and does not load'
  }
  mkdirSync(cacheFolder(), { recursive: true })
  // Another test run may keep the same file at the same time.
  const fresh = `${kept}.${process.pid}`
  copyFileSync(binary, fresh)
  renameSync(fresh, kept)
  return null
}

/** In a process of its own: a module that failed to load is not tried twice in one. */
async function loads(): Promise<boolean> {
  try {
    const script = "new (require('better-sqlite3'))(':memory:').close()"
    await run(process.execPath, ['-e', script], { cwd: import.meta.dirname })
    return true
  } catch {
    return false
  }
}

async function download(root: string): Promise<void> {
  const require = createRequire(join(root, 'package.json'))
  await run(process.execPath, [require.resolve('prebuild-install/bin.js')], {
    cwd: root,
    timeout: 60_000,
  })
}

async function compile(root: string): Promise<void> {
  const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js')
  // Node's own headers where they came with it; else node-gyp fetches them.
  const nodeFolder = dirname(dirname(process.execPath))
  const headers = existsSync(join(nodeFolder, 'include', 'node', 'node.h'))
    ? [`--nodedir=${nodeFolder}`]
    : []
  await run(process.execPath, [nodeGyp, 'rebuild', '--release', '-j', 'max', ...headers], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  })
}

function keyOf(root: string): string {
  const { version }: { version: string } = require(join(root, 'package.json'))
  const { platform, arch, versions } = process
  return `better-sqlite3-${version}-${platform}-${arch}-abi${versions.modules}`
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cairn-development')
}
