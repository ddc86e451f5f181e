import { existsSync } from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'
import { runCommand, runOrThrow } from './run-command.ts'

/** The Node that this machine has, as against the one that the workspace installs for itself. */
export interface MachineNode {
  /** For example `v20.19.4`. */
  readonly version: string
  /** Whether its `node:sqlite` has full text search, so that nothing native has to be compiled. */
  readonly hasSqlite: boolean
  /** An environment in which `node` and `npm` are the machine's. */
  readonly env: NodeJS.ProcessEnv
  /** The same, for an install that may have to compile something. */
  readonly installEnv: NodeJS.ProcessEnv
}

const probe = `
const { DatabaseSync } = require('node:sqlite')
new DatabaseSync(':memory:').exec('create virtual table probe using fts5(words)')`

/** Finds the first Node on the path that is not inside a `node_modules`. */
export async function findMachineNode(): Promise<MachineNode> {
  const env = environmentOutsideWorkspace()
  const cwd = import.meta.dirname
  const [version = '', executable = ''] = (
    await runOrThrow('node', ['-p', "process.version + ' ' + process.execPath"], { cwd, env })
  )
    .trim()
    .split(/ (.*)/)
  const sqlite = await runCommand('node', ['--no-warnings', '-e', probe], { cwd, env })
  return {
    version,
    hasSqlite: sqlite.exitCode === 0,
    env,
    installEnv: { ...headersOf(executable), ...env },
  }
}

/** This process's environment without what package managers put into it for their scripts. */
function environmentOutsideWorkspace(): NodeJS.ProcessEnv {
  const ofScripts =
    /^(npm_(package_|lifecycle_|execpath|node_execpath|command)|npm_config_(user_agent|node_gyp)|NODE(_PATH|_OPTIONS)?$)/i
  const kept = Object.entries(process.env).filter(([name]) => !ofScripts.test(name))
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.split(sep).includes('node_modules'))
    .join(delimiter)
  return { ...Object.fromEntries(kept), PATH: path }
}

/** Node's own headers for what has to be compiled, where they came with it. */
function headersOf(executable: string): NodeJS.ProcessEnv {
  const prefix = dirname(dirname(executable))
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'))
  return hasHeaders ? { npm_config_nodedir: prefix } : {}
}
