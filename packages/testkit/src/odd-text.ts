/** Names that a file system and Git allow and that break careless quoting, escaping or encoding. */
export const oddNames: readonly string[] = [
  'with space.ts',
  'new\nline\r\n.ts',
  '"double" \'single\' `back`.ts',
  'back\\slash.ts',
  "'; drop table chunks; --.ts",
  '100%_*?[a-z]{b}.ts',
  '$where {"$ne": null}.ts',
  '-leading.ts',
  'tab\tand\u0001control.ts',
  'größe/日本語/имя.ts',
  '𝒳😀/👩‍👩‍👧.ts',
  '\u00e9.ts',
  'e\u0301.ts',
  `${'long/'.repeat(200)}name.ts`,
]
