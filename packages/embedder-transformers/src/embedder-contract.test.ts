import { embedderConformance } from '@cairn/testkit'
import { runtimeNames } from './find-runtime.ts'
import { describeWithModels, folders } from './models.test-support.ts'
import type { TransformersOptions } from './options.ts'
import { transformers } from './transformers.ts'

function conforms(name: string, options: Partial<TransformersOptions>, tolerance: number): void {
  embedderConformance({
    name,
    tolerance,
    propertyRuns: 4,
    create: async () => {
      const embedder = await transformers({
        model: 'all-MiniLM-L6-v2',
        localPath: folders.miniLm,
        workers: 2,
        ...options,
      })
      return { embedder, dispose: () => embedder.close() }
    },
  })
}

describeWithModels('all-MiniLM-L6-v2', () => {
  for (const runtime of runtimeNames) conforms(`int8 on ${runtime}`, { runtime }, 0)
  conforms('float32 in padded batches', { dtype: 'fp32' }, 1e-6)
})
