// Fetches the models of tests and benchmarks, and says where they are: pnpm models
import { fetchModel } from './fetch-model.ts'
import { publishedModels } from './published-models.ts'

for (const model of Object.values(publishedModels)) {
  process.stdout.write(`${await fetchModel(model)}\n`)
}
