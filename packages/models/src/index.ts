export { fetchModel } from './fetch-model.ts'
export { type ModelsForTests, modelsForTests } from './models-for-tests.ts'
export { publishedModels } from './published-models.ts'
