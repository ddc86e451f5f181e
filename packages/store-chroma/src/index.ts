export { type ChromaVectorStore, chroma } from './chroma.ts'
export type { ChromaAuth, ChromaOptions } from './options.ts'
