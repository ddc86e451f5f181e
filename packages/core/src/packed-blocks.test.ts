import { describe, expect, it } from 'vitest'
import { packBlocks, unpackBlocks } from './packed-blocks.ts'

describe('packBlocks', () => {
  it('gives back texts and bytes of every length, each at a whole word', () => {
    const texts = ['', 'a', 'über', '漢字', '👩‍💻 \0 end']
    const bytes = [0, 1, 3, 4, 5].map((length) => new Uint8Array(length).fill(length))
    const packed = packBlocks([...texts, ...bytes])
    const blocks = unpackBlocks(packed)
    expect(blocks.slice(0, texts.length).map(String)).toEqual(texts)
    expect(blocks.slice(texts.length).map((block) => [...block])).toEqual(
      bytes.map((block) => [...block]),
    )
    expect(blocks.map(({ byteOffset }) => byteOffset % 4)).toEqual(blocks.map(() => 0))
  })

  it('packs into a buffer of its own, which can change hands', () => {
    const packed = packBlocks(['a text'])
    expect(packed.byteLength).toBe(packed.buffer.byteLength)
    const moved = structuredClone(packed, { transfer: [packed.buffer] })
    expect(unpackBlocks(moved).map(String)).toEqual(['a text'])
  })

  it('packs nothing', () => {
    expect(unpackBlocks(packBlocks([]))).toEqual([])
  })
})
