import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOrThrow } from './run-command.ts'
import { type PublishedPackage, publishedPackages } from './workspace.ts'

/** A published package as it would be uploaded. */
export interface PackedPackage extends PublishedPackage {
  /** Path of its `.tgz`. */
  readonly tarball: string
}

/** Packs every published package and hands them over; the tarballs are gone afterwards. */
export async function withPackedPackages<Result>(
  use: (packages: readonly PackedPackage[], folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-packed-'))
  try {
    const packages: PackedPackage[] = []
    for (const published of publishedPackages()) {
      await runOrThrow('pnpm', ['pack', '--pack-destination', folder], { cwd: published.folder })
      const base = `${published.name.replace('@', '').replace('/', '-')}-${published.version}`
      packages.push({ ...published, tarball: join(folder, `${base}.tgz`) })
    }
    return await use(packages, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
