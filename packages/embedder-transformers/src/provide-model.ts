import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbedderError } from '@cairn/core'
import { downloadFile } from './download-file.ts'
import { toPlainError } from './model-error.ts'
import { descriptionFiles, externalDataFile, hasExternalData, weightsFile } from './model-files.ts'
import type { TransformersOptions } from './options.ts'
import { readJson } from './read-json.ts'
import type { Settings } from './settings.ts'
import { toEmbedderError } from './to-embedder-error.ts'

/**
 * Sees to it that every file of the model is in its folder, by downloading what is missing and may
 * be downloaded; where nothing is missing nothing is asked of the network. Resolves to the size of the
 * weights, in bytes.
 * @throws EmbedderError `EMBEDDER_UNAVAILABLE` when a file is missing and cannot be had.
 */
export async function provideModel(
  settings: Pick<Settings, 'model' | 'source' | 'dtype'>,
  { onProgress, signal }: Pick<TransformersOptions, 'onProgress' | 'signal'>,
): Promise<number> {
  const { model, source, dtype } = settings
  const { folder, remote, isLocal } = source
  const provide = async (files: readonly string[]): Promise<void> => {
    const missing: string[] = []
    for (const file of files) {
      if ((await sizeOf(join(folder, file))) === null) missing.push(file)
    }
    if (missing.length > 0 && remote === null) {
      const way = isLocal
        ? 'Put the whole model there, or leave localPath out to download it.'
        : 'Allow the download (allowRemote), or put the files there.'
      throw new EmbedderError(
        'EMBEDDER_UNAVAILABLE',
        `The model ${model} lacks ${missing.join(', ')} in ${folder}. ${way}`,
      )
    }
    for (const file of missing) {
      await downloadFile({
        url: `${remote}${file}`,
        target: join(folder, file),
        signal,
        onBytes: (loadedBytes, totalBytes) =>
          onProgress?.({ stage: 'downloading', file, loadedBytes, totalBytes }),
      })
    }
  }

  await provide([...descriptionFiles, weightsFile(dtype)])
  const config = await readJson(join(folder, 'config.json')).catch((error: unknown) => {
    throw toEmbedderError(toPlainError(error, 'EMBEDDER_UNAVAILABLE'))
  })
  const data = hasExternalData(config) ? [externalDataFile(dtype)] : []
  await provide(data)
  const sizes = await Promise.all(
    [weightsFile(dtype), ...data].map(async (file) => (await sizeOf(join(folder, file))) ?? 0),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new EmbedderError('EMBEDDER_UNAVAILABLE', `${path} cannot be read.`, { cause: error })
  }
}
