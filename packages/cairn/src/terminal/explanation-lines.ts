import type { Explanation } from '@cairn/protocol'
import { bytes, counted } from './amounts.ts'
import { flow, wrap } from './fit.ts'
import { moment } from './moment.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

type Skipped = NonNullable<Explanation['reason']>

/** Why a file was left out, and what to do for those who want it in. */
const skipped: Readonly<Record<Skipped, readonly [why: string, what: string]>> = {
  binary: ['it holds binary data, not text', 'There is nothing to do.'],
  too_large: [
    'it is larger than the limit',
    'To index it, split it or raise `limits.maxFileBytes` in createIndexer().',
  ],
  generated: ['it says that a program generated it', 'Index what it was generated from instead.'],
  minified: ['its lines are too long to be written by a person', 'Index its source instead.'],
  vendored: [
    'it belongs to a dependency that was copied in',
    'To search it, index the dependency as a repository of its own.',
  ],
  lfs_pointer: [
    'Git LFS keeps its content elsewhere, and only the pointer is here',
    'Run `git lfs pull` and index the folder again.',
  ],
  symlink: [
    'it is a symbolic link',
    'Its target is indexed where it stands, if it is in the repository.',
  ],
  submodule: ['it is a submodule', 'Index the submodule as a repository of its own.'],
  no_text: ['it has no text', 'There is nothing to do.'],
  excluded: ['--include or --exclude leaves it out', 'To index it, change those globs.'],
  unreadable: ['it could not be read', 'Check that it exists and may be read, then index again.'],
}

const failed: Readonly<Record<string, string>> = {
  FILE_UNREADABLE: 'Check that it exists and may be read, then index again.',
  FILE_CHANGED: 'Index again when nothing writes to it.',
  PARSE_TIMEOUT: 'Raise `limits.parseTimeoutMs` in createIndexer(), or exclude it.',
  PARSE_CRASHED: 'Exclude it, and please report it with the file.',
  PARSE_FAILED: 'Exclude it, and please report it with the file.',
  EMBEDDING_FAILED: 'Index again; if it stays, ask what the embedder says about this text.',
}

function sentences(explanation: Explanation): string[] {
  switch (explanation.state) {
    case 'indexed': {
      const language = explanation.language === null ? '' : ` as ${printable(explanation.language)}`
      const made = `It is indexed${language}: ${counted(explanation.chunks, 'chunk')} and ${counted(explanation.symbols, 'symbol')}.`
      return explanation.syntaxErrors
        ? [made, 'The parser found syntax errors; what is around them may be incomplete.']
        : [made]
    }
    case 'skipped': {
      if (explanation.reason === null) return ['It was skipped.']
      const [why, what] = skipped[explanation.reason] ?? [printable(explanation.reason), '']
      const detail = explanation.detail === null ? '' : ` (${printable(explanation.detail)})`
      return [`It was skipped because ${why}${detail}.`, what]
    }
    case 'failed': {
      const { error } = explanation
      if (error === null) return ['It could not be indexed.', 'Index again.']
      const what = failed[error.errorType] ?? 'Index again.'
      return [`It could not be indexed: ${printable(error.errorMessage)}`, what]
    }
    case 'deleted':
      return ['It was in the index and is gone from the source, so it was deleted from the index.']
    case 'unknown':
      return [
        'No run has met this path. It may be ignored by Git, newer than the last run, or spelled differently.',
        'Index again to see; paths are relative to the top of the repository.',
      ]
  }
}

/** What became of a file and why, in a sentence or two, and what to do about it. */
export function explanationLines(
  explanation: Explanation,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const text = sentences(explanation)
    .filter((sentence) => sentence !== '')
    .join(' ')
  const facts = [
    explanation.sizeBytes === null ? null : bytes(explanation.sizeBytes),
    explanation.at === null ? null : moment(explanation.at),
    explanation.taskId === null ? null : `task ${printable(explanation.taskId)}`,
  ].filter((fact) => fact !== null)
  return [
    paint('strong', `${printable(explanation.repository)} ${printable(explanation.path)}`),
    ...wrap(text, columns),
    ...flow(facts, ' · ', columns).map((line) => paint('quiet', line)),
  ]
}
