import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Embedder, InvalidOptionsError } from '@cairn/core'
import { runtimeNames } from './find-runtime.ts'
import { findKnownModel, knownNames, usualFusion } from './known-models.ts'
import type { Device, Dtype, Pooling, TransformersOptions } from './options.ts'

/** Options with all defaults that do not depend on the model's files. */
export interface Settings {
  /** As people call it. */
  readonly model: string
  readonly source: ModelSource
  readonly dtype: Dtype
  readonly device: Device
  readonly pooling: Pooling
  readonly queryPrefix: string
  readonly documentPrefix: string
  readonly splitIdentifiers: boolean
  /** Null: what the model's files say. */
  readonly maxTokens: number | null
  /** What the known model has; null for any other. */
  readonly dimensions: number | null
  readonly fusion: NonNullable<Embedder['fusion']>
}

/** Where the model's folder is, and where what it lacks comes from. */
export interface ModelSource {
  readonly folder: string
  /** URL of a file is this and its path; null where nothing may be downloaded. */
  readonly remote: string | null
  /** Why nothing may be downloaded. */
  readonly isLocal: boolean
}

const dtypes: readonly Dtype[] = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4']
const devices: readonly Device[] = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu']
const poolings: readonly Pooling[] = ['mean', 'cls', 'last']
// A name of the Hub; it becomes part of a path and of a URL.
const modelName = /^(?:[\w-][\w.-]*\/)?[\w-][\w.-]*$/
const revisionName = /^[\w-][\w./-]*$/

/**
 * Checks options and fills in what the known model has.
 * @throws InvalidOptionsError when an option is not of the documented shape, or the model is not known
 *   and `pooling` is missing.
 */
export function settle(options: TransformersOptions): Settings {
  const { model, dtype, device = 'cpu', fusion } = options
  if (typeof model !== 'string' || !modelName.test(model) || model.includes('..')) {
    throw new InvalidOptionsError(
      `model must be a name such as "bge-small-en-v1.5" or "owner/name", not ${JSON.stringify(model)}; a folder goes into localPath.`,
    )
  }
  const known = findKnownModel(model)
  const pooling = options.pooling ?? known?.pooling
  if (pooling === undefined) {
    throw new InvalidOptionsError(
      `The model ${model} is not known: say how its states are pooled ("pooling", and "queryPrefix" and "documentPrefix" if it has any), or take one of ${knownNames.join(', ')}.`,
    )
  }
  oneOf('dtype', dtype, dtypes)
  oneOf('device', device, devices)
  oneOf('pooling', pooling, poolings)
  oneOf('runtime', options.runtime, runtimeNames)
  positive('maxTokens', options.maxTokens)
  positive('workers', options.workers)
  positive('threadsPerWorker', options.threadsPerWorker)
  for (const weight of fusion === undefined ? [] : [fusion.dense, fusion.lexical]) {
    if (!Number.isFinite(weight) || weight < 0) {
      throw new InvalidOptionsError(`A weight of fusion must be a number from 0, not ${weight}.`)
    }
  }
  return {
    model,
    source: sourceOf(options, known?.repository ?? model),
    dtype: dtype ?? (device === 'cpu' ? 'q8' : 'fp32'),
    device,
    pooling,
    queryPrefix: options.queryPrefix ?? known?.queryPrefix ?? '',
    documentPrefix: options.documentPrefix ?? known?.documentPrefix ?? '',
    splitIdentifiers: options.splitIdentifiers ?? known?.splitIdentifiers ?? false,
    maxTokens: options.maxTokens ?? known?.maxTokens ?? null,
    dimensions: known?.dimensions ?? null,
    fusion: fusion ?? known?.fusion ?? usualFusion,
  }
}

function sourceOf(options: TransformersOptions, knownRepository: string): ModelSource {
  const { model, localPath, allowRemote = true, revision = 'main' } = options
  if (localPath !== undefined) {
    return { folder: resolve(localPath), remote: null, isLocal: true }
  }
  // Who names an owner means that copy of the model.
  const repository = model.includes('/') ? model : knownRepository
  if (!revisionName.test(revision) || revision.includes('..')) {
    throw new InvalidOptionsError(`revision must be a branch, tag or commit, not "${revision}".`)
  }
  if (!repository.includes('/') && allowRemote) {
    throw new InvalidOptionsError(
      `The model ${model} is not known: name its repository as "owner/name", or its folder as localPath.`,
    )
  }
  const host = options.remoteHost ?? 'https://huggingface.co'
  if (!URL.canParse(host)) throw new InvalidOptionsError(`remoteHost must be a URL, not "${host}".`)
  const folder = join(options.cacheDir ?? defaultCacheDir(), repository)
  const path = `${repository}/resolve/${encodeURIComponent(revision)}/`
  return {
    folder: resolve(revision === 'main' ? folder : join(folder, revision)),
    remote: allowRemote ? new URL(path, host.endsWith('/') ? host : `${host}/`).href : null,
    isLocal: false,
  }
}

function defaultCacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cairn', 'models')
}

function oneOf<T>(name: string, value: T | undefined, allowed: readonly T[]): void {
  if (value === undefined || allowed.includes(value)) return
  throw new InvalidOptionsError(`${name} must be one of ${allowed.join(', ')}, not ${value}.`)
}

function positive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return
  throw new InvalidOptionsError(`${name} must be a positive whole number, not ${value}.`)
}
