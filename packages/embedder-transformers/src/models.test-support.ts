import { modelsForTests } from '@cairn/models'
import { describe } from 'vitest'

const models = await modelsForTests()

/** Folders of the models; no folders where every suite is skipped. */
export const folders: { readonly miniLm: string; readonly bgeSmall: string } =
  'folders' in models ? models.folders : { miniLm: '', bgeSmall: '' }

/** A suite over the real models; where there are none it is skipped, and its name says why. */
export function describeWithModels(name: string, body: () => void): void {
  const reason = 'missing' in models ? ` (skipped: ${models.missing})` : ''
  describe.skipIf(reason !== '')(`${name}${reason}`, body)
}
