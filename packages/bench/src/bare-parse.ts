import { Tinypool } from 'tinypool'
import type { BareJob } from './bare-parse.worker.ts'
import type { Corpus, CorpusFile } from './corpus.ts'

const grammars: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.js': 'javascript',
  '.java': 'java',
  '.go': 'go',
  '.rs': 'rust',
}

/** Name of the grammar of a corpus. */
export function grammarOf(corpus: Corpus): string {
  return grammars[corpus.extensions[0] ?? ''] ?? 'typescript'
}

/** Parses every file with web-tree-sitter on some threads and does nothing else: the lower bound. */
export async function parseBare(
  files: readonly CorpusFile[],
  grammar: string,
  threads: number,
): Promise<void> {
  const pool = new Tinypool({
    filename: new URL('./bare-parse.worker.ts', import.meta.url).href,
    name: 'bareParse',
    minThreads: threads,
    maxThreads: threads,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const jobs = Array.from({ length: threads }, (_, thread): BareJob => {
    const share = files.filter((_, index) => index % threads === thread)
    return { grammar, files: share.map((file) => file.bytes) }
  })
  await Promise.all(jobs.map((job) => pool.run(job)))
  await pool.destroy()
}
