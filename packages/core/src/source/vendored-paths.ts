/**
 * Folders that hold other projects' code, after the folder rules of github-linguist's `vendor.yml`
 * (https://github.com/github-linguist/linguist, MIT). Left out of that list are its rules for
 * folders that often are a project's own code or documentation (`cache/`, `env/`, `testdata/`,
 * `.github/`, `extern/`, fixtures) and those for single well-known libraries by file name: there they
 * only tune a statistic, here they would make code unfindable.
 */

// Anywhere in the path, compared in lower case.
const anywhere: ReadonlySet<string> = new Set([
  '.bundle',
  '.pnpm',
  '_vendor',
  '_vendored',
  'bower_components',
  'jspm_packages',
  'node_modules',
  'site-packages',
  'third-party',
  'third_party',
  'thirdparty',
  '3rd-party',
  '3rd_party',
  '3rdparty',
  'vendor',
  'vendors',
])

// With their case: the names are too common in another one.
const anywhereExact: ReadonlySet<string> = new Set(['Pods', 'Carthage', 'Godeps'])

// Only at the root: deeper down these are names people give to their own folders.
const atRoot: ReadonlySet<string> = new Set(['deps', 'dist'])

const sequences: ReadonlyArray<readonly [folder: string, inside: ReadonlySet<string>]> = [
  ['.yarn', new Set(['cache', 'plugins', 'releases', 'sdks', 'unplugged', 'versions'])],
  ['gradle', new Set(['wrapper'])],
  ['.mvn', new Set(['wrapper'])],
  ['flow-typed', new Set(['npm'])],
]

const files: ReadonlySet<string> = new Set([
  'gradlew',
  'gradlew.bat',
  'mvnw',
  'mvnw.cmd',
  '.pnp.cjs',
])

// The folder that was asked for last: a listing gives one file of a folder after the other.
let last: { readonly folder: string; readonly mark: string | null } = { folder: '', mark: null }

/** The part of the path that marks it as vendored, or null. */
export function vendoredBy(path: string): string | null {
  const end = path.lastIndexOf('/') + 1
  const name = path.slice(end)
  if (files.has(name)) return name
  if (end !== last.folder.length || !path.startsWith(last.folder)) {
    const folder = path.slice(0, end)
    last = { folder, mark: vendoredFolder(folder) }
  }
  return last.mark
}

/** The same of a folder, which ends in `/` or is empty. */
function vendoredFolder(path: string): string | null {
  const segments = path.split('/').slice(0, -1)
  if (atRoot.has(segments[0] ?? '')) return `${segments[0]}/`
  for (const [index, folder] of segments.entries()) {
    if (anywhere.has(folder.toLowerCase()) || anywhereExact.has(folder)) return `${folder}/`
    for (const [outer, inside] of sequences) {
      const next = segments[index + 1] ?? ''
      if (folder === outer && inside.has(next)) return `${folder}/${next}/`
    }
  }
  return null
}
