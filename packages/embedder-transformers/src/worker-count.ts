import { availableParallelism, totalmem } from 'node:os'
import type { Device } from './options.ts'

// What a worker needs beside the weights: the runtime's code, the tokenizer, the states of a text.
const workerBytes = 150 * 1024 * 1024
// ONNX Runtime rearranges weights when it opens them.
const copiesOfWeights = 2
const memoryShare = 0.5

/** How many workers suit this machine: one a core, as long as they fit into half of the memory. */
export function suitableWorkers(weightsBytes: number, device: Device): number {
  if (device !== 'cpu') return 1
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  const fit = Math.floor((memory * memoryShare) / (workerBytes + copiesOfWeights * weightsBytes))
  return Math.max(1, Math.min(availableParallelism(), fit))
}
