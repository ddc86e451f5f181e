import type { SkipReason } from '@cairn/protocol'

const words: Readonly<Record<SkipReason, string>> = {
  binary: 'binary',
  too_large: 'too large',
  generated: 'generated',
  minified: 'minified',
  vendored: 'vendored',
  lfs_pointer: 'Git LFS pointers',
  symlink: 'symbolic links',
  submodule: 'submodules',
  no_text: 'without text',
  excluded: 'excluded',
  unreadable: 'unreadable',
}

/** `skippedByReason` with the reasons as a person says them. */
export function reasonsInWords(
  counts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const known: Readonly<Record<string, string>> = words
  return Object.fromEntries(
    Object.entries(counts).map(([reason, value]) => [known[reason] ?? reason, value]),
  )
}
