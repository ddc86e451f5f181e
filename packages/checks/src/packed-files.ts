/** What has to be in every package that is published. */
const required = ['package.json', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']

/** What belongs to the tests and the build alone. */
const unwanted = [
  /\.(test|test-support)\./,
  /(^|\/)fixtures\//,
  /\.tsbuildinfo$/,
  /(^|\/)(tsconfig|vitest\.config)[^/]*$/,
]

/**
 * What is wrong with the files of a packed package, as sentences: a required file that is missing, a
 * file of the tests, or a built file whose source is gone.
 *
 * @param paths Paths in the package, with `/`.
 */
export function packedFileProblems(paths: readonly string[]): readonly string[] {
  const present = new Set(paths)
  const missing = required.filter((path) => !present.has(path)).map((path) => `lacks ${path}`)
  const tests = paths
    .filter((path) => unwanted.some((pattern) => pattern.test(path)))
    .map((path) => `contains ${path}, which belongs to the tests or the build`)
  const stale = paths
    .filter((path) => /^dist\/.*\.js$/.test(path))
    .filter((path) => !present.has(path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts')))
    .map((path) => `contains ${path}, whose source is gone; run pnpm clean`)
  return [...missing, ...tests, ...stale]
}

/**
 * What is wrong with the built file of a worker thread: it reads another file of this workspace at its start, or
 * a package that its own does not depend on.
 */
export function workerProblems(
  path: string,
  source: string,
  dependencies: readonly string[],
): readonly string[] {
  const imported = [...source.matchAll(/^import .*?["']([^"'\n]+)["'];?$/gm)].map(
    ([, from = '']) => from,
  )
  return imported.flatMap((from) => {
    if (/^(\.|@cairn\/)/.test(from)) return [`${path} imports ${from}; run pnpm build`]
    const isThere =
      from.startsWith('node:') || dependencies.some((name) => `${from}/`.startsWith(`${name}/`))
    return isThere ? [] : [`${path} imports ${from}, which its package does not depend on`]
  })
}
