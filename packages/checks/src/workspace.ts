import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A package of this workspace that is published. */
export interface PublishedPackage {
  readonly name: string
  readonly folder: string
  readonly version: string
}

/** The workspace's folder. */
export const workspaceFolder: string = fileURLToPath(new URL('../../../', import.meta.url))

/** What stands in a package.json, as far as the checks read it. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** Reads the package.json in a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Names of the packages that whoever installs the one in a folder has too. */
export function dependenciesOf(folder: string): readonly string[] {
  const { dependencies = {}, peerDependencies = {} } = readManifest(folder)
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies)]
}

/** The packages that are published, by name. */
export function publishedPackages(): readonly PublishedPackage[] {
  const packagesFolder = join(workspaceFolder, 'packages')
  return readdirSync(packagesFolder)
    .map((entry) => join(packagesFolder, entry))
    .map((folder) => ({ folder, ...readManifest(folder) }))
    .filter((manifest) => manifest.private !== true)
    .map(({ name, version, folder }) => ({ name, version, folder }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
