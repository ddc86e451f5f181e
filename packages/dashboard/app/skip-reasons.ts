import type { SkipReason } from '@cairn/protocol'

const texts: Readonly<Record<SkipReason, string>> = {
  binary: 'Not text',
  too_large: 'Too large',
  generated: 'Generated',
  minified: 'Minified',
  vendored: 'Third-party code',
  lfs_pointer: 'A pointer of Git LFS',
  symlink: 'A symbolic link',
  submodule: 'A submodule',
  no_text: 'Without text',
  excluded: 'Excluded by a setting',
  unreadable: 'Cannot be read',
}

/** Why a file is left out, in words; as it came where only a newer server knows it. */
export function skipReasonText(reason: string): string {
  return (texts as Readonly<Record<string, string>>)[reason] ?? reason
}
