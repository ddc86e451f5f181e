// The dependency rule: protocol ← core ← adapters ← cairn. Run by `pnpm check:dependencies`.
import { readdirSync } from 'node:fs'

/** Which other packages the source of a package may import, by the package's folder. */
const layers = [
  { folder: /^protocol$/, mayImport: [] },
  { folder: /^core$/, mayImport: ['protocol'] },
  // Its tests follow a real server that shows a real indexer.
  {
    folder: /^client$/,
    mayImport: ['protocol'],
    testsMayImport: ['server', 'core', 'store-sqlite'],
  },
  // Its tests show a real indexer in a real browser; the page finds its way into a server by its files.
  {
    folder: /^dashboard$/,
    mayImport: ['protocol', 'client'],
    testsMayImport: ['server', 'core', 'store-sqlite'],
  },
  // A server shows any source of the protocol; its tests show it a real indexer.
  { folder: /^server$/, mayImport: ['protocol'], testsMayImport: ['core', 'store-sqlite'] },
  // What every remote embedder needs stands in embedder-http.
  { folder: /^embedder-ai-sdk$/, mayImport: ['protocol', 'core', 'embedder-http'] },
  { folder: /^(store|embedder)-/, mayImport: ['protocol', 'core'] },
  { folder: /^testkit$/, mayImport: ['protocol', 'core'] },
  {
    folder: /^cairn$/,
    mayImport: ['protocol', 'core', 'store-[^/]+', 'embedder-[^/]+', 'server', 'dashboard'],
  },
  // Private packages that span the others.
  { folder: /^(bench|e2e|faults)$/, mayImport: ['(?!checks/)[^/]+'] },
  { folder: /^(checks|models|servers)$/, mayImport: [] },
]

/** Files that are not part of what a package ships. */
const testFiles = '\\.test\\.ts$|\\.test-support\\.ts$|/fixtures/|/scripts/'

/** What tests of any package may import; embedder-static gives the servers of tests their answers. */
const forTests = ['testkit', 'servers', 'models', 'embedder-static']

const folders = readdirSync('packages')
const privatePackages = '^packages/(bench|checks|e2e|faults|models|servers)/'

const layerRules = folders.flatMap((folder) => {
  const layer = layers.find((candidate) => candidate.folder.test(folder))
  const mayImport = layer?.mayImport ?? []
  const testsMayImport = [...forTests, ...(layer?.testsMayImport ?? [])]
  const allowed = (names) => `^packages/(${[folder, ...names].join('|')})/`
  return [
    {
      name: `layer-${folder}`,
      comment: `The source of ${folder} may import, of our packages: ${mayImport.join(', ') || 'none'}.`,
      severity: 'error',
      from: { path: `^packages/${folder}/`, pathNot: testFiles },
      to: { path: '^packages/', pathNot: allowed(mayImport) },
    },
    {
      name: `layer-${folder}-tests`,
      comment: `The tests of ${folder} may import ${testsMayImport.join(', ')} too.`,
      severity: 'error',
      from: { path: `^packages/${folder}/.*(${testFiles})` },
      to: { path: '^packages/', pathNot: allowed([...mayImport, ...testsMayImport]) },
    },
  ]
})

export default {
  forbidden: [
    ...layerRules,
    {
      name: 'by-package-name',
      comment: 'Another package is imported by its name, never by a path into its folder.',
      severity: 'error',
      // The tests of the examples stand in e2e, and an example has no name to be imported by.
      from: { path: '^(packages|examples)/([^/]+)/', pathNot: '^packages/e2e/' },
      to: { path: '^(packages|examples)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'by-package-name-e2e',
      comment: 'The tests that span packages import packages by name, and examples by path.',
      severity: 'error',
      from: { path: '^packages/e2e/' },
      to: { path: '^packages/', pathNot: '^packages/e2e/', dependencyTypes: ['local'] },
    },
    {
      name: 'protocol-zod-only',
      comment: 'protocol runs in a browser: it imports zod and nothing else.',
      severity: 'error',
      from: { path: '^packages/protocol/', pathNot: testFiles },
      to: { pathNot: '^packages/protocol/|/node_modules/zod/' },
    },
    {
      name: 'examples-published-only',
      comment: 'An example imports what its reader can install.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: privatePackages },
    },
    {
      name: 'shipped-not-from-tests',
      comment: 'What is shipped does not import what is not.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `${testFiles}|${privatePackages}` },
      to: { path: `^packages/.*(${testFiles})` },
    },
    {
      name: 'shipped-not-from-development',
      comment: 'What is shipped imports what its package.json lists for its users.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `${testFiles}|${privatePackages}` },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'type-only'] },
    },
    {
      name: 'listed-in-package-json',
      comment: 'Every imported package stands in the package.json of who imports it.',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: testFiles },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads to a file.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // consumer/ and server-next/ are programs outside the workspace.
    exclude: {
      path: '/dist/|^packages/dashboard/page/|^packages/checks/consumer/|^examples/server-next/',
    },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@cairn/source', 'types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts', '.json'],
    },
  },
}
