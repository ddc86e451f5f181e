import { readFile } from 'node:fs/promises'
import { ModelError } from './model-error.ts'

/** @throws ModelError `EMBEDDER_UNAVAILABLE` when the file cannot be read or is not whole JSON. */
export async function readJson(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new ModelError('EMBEDDER_UNAVAILABLE', `${path} cannot be read.`, cause)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = `${path} is not whole; remove it and get it again.`
    throw new ModelError('EMBEDDER_UNAVAILABLE', message, cause)
  }
}
