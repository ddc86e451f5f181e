import type { RepositoryInfo, SourceDescription } from '@cairn/protocol'

/**
 * A source as readers are shown it: of a folder of the host its own name, for where the folder stands is
 * nobody's business but the host's.
 */
export function shownSource(source: SourceDescription): SourceDescription {
  switch (source.kind) {
    case 'local':
      return { ...source, path: lastPart(source.path) }
    case 'remote':
      return isOfThisMachine(source.url)
        ? { ...source, url: `file:///${lastPart(source.url)}` }
        : source
  }
}

/** A repository as readers are shown it. */
export function shownRepository(repository: RepositoryInfo): RepositoryInfo {
  return { ...repository, source: shownSource(repository.source) }
}

function isOfThisMachine(url: string): boolean {
  return /^file:/i.test(url)
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? ''
}
