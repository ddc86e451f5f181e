import type { Dtype } from './options.ts'

/** Files of every model folder, beside the weights. */
export const descriptionFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const

const suffixes: Readonly<Record<Dtype, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
}

/** Path of the weights in a model folder, as the Hub lays it out. */
export function weightsFile(dtype: Dtype): string {
  return `onnx/model${suffixes[dtype]}.onnx`
}

/** Path of what does not fit into the file of the weights; see {@link hasExternalData}. */
export function externalDataFile(dtype: Dtype): string {
  return `${weightsFile(dtype)}_data`
}

/** Whether the `config.json` of a model says that its weights stand in a second file. */
export function hasExternalData(config: unknown): boolean {
  const ofRuntime = memberOf(config, 'transformers.js_config')
  const flag = memberOf(ofRuntime, 'use_external_data_format')
  if (typeof flag === 'object') return Object.values(flag ?? {}).some(Boolean)
  return Boolean(flag)
}

/** `value[name]` where `value` is an object, else undefined. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined
}
