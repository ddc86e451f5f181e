import { isAbsolute } from 'node:path'
import { defaultBasePath, type IndexControl, type StatusSource } from '@cairn/protocol'
import { fillLimits } from './fill-options.ts'
import type { StatusServerOptions } from './options.ts'

const sourceMethods = [
  'status',
  'tasks',
  'totals',
  'logs',
  'metrics',
  'repositories',
  'search',
  'watch',
] as const satisfies readonly (keyof StatusSource)[]

const controlMethods = [
  'check',
  'index',
  'plan',
  'update',
  'cancel',
  'pause',
  'resume',
  'remove',
  'optimize',
  'cleanup',
] as const satisfies readonly (keyof IndexControl)[]

/** @throws TypeError when the options are not of the documented shape. */
export function checkOptions(options: StatusServerOptions): void {
  const { source, basePath = defaultBasePath, publicUrl, origins = [] } = options
  requireMethods(source, sourceMethods, 'source')
  if (options.control === true) {
    requireMethods(source, controlMethods, 'source, with control')
    for (const root of options.allowedRoots ?? []) {
      if (!isAbsolute(root)) throw new TypeError(`allowedRoots: ${root} is no absolute path.`)
    }
  }
  if (!/^(?:\/[\w.~-]+)*\/?$/.test(basePath)) {
    throw new TypeError(
      'basePath is to be a path such as /api/v1/index, of letters, digits and -._~.',
    )
  }
  if (publicUrl !== undefined && !/^https?:\/\/[^/?#]+[^?#]*$/.test(publicUrl)) {
    throw new TypeError('publicUrl is to be an address such as https://example.com/api/v1/index.')
  }
  for (const origin of origins) {
    if (origin !== '*' && (!URL.canParse(origin) || new URL(origin).origin !== origin)) {
      throw new TypeError(`origins: ${origin} is no origin such as https://app.example.com.`)
    }
  }
  checkCors(options)
  checkLimits(options)
}

function requireMethods(source: unknown, methods: readonly string[], name: string): void {
  const given = source as Readonly<Record<string, unknown>> | null | undefined
  const missing = methods.filter((method) => typeof given?.[method] !== 'function')
  if (missing.length > 0) throw new TypeError(`${name}: lacks ${missing.join(', ')}.`)
}

function checkCors({ cors = false, origins = [] }: StatusServerOptions): void {
  if (cors === false) return
  if (origins.length === 0) throw new TypeError('cors needs origins: those that may read.')
  if (cors !== true && cors.credentials && origins.includes('*')) {
    throw new TypeError('cors.credentials and the origin * would let every page act as its user.')
  }
}

function checkLimits({ limits }: StatusServerOptions): void {
  for (const [name, value] of Object.entries(fillLimits(limits))) {
    if (!Number.isFinite(value) || value < 0) {
      throw new TypeError(`limits.${name} is to be a number from 0.`)
    }
  }
}
