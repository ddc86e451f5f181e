/** SHA-256 of table/minilm-128.bin, written with it by scripts/distil.ts. */
export const tableDigest: string =
  '4266bcecc805e4d75977b4b922b8a96e1a3dca7cf593db3abd984c663d831743'
