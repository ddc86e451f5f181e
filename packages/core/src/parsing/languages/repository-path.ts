import type { FileIndex } from '../../contracts/language.ts'

/** Folder of a `/`-separated path; `''` is the root. */
export function parentFolder(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? '' : path.slice(0, slash)
}

/** `path` as it is meant from `folder`; it begins with `..` where it leaves the repository. */
export function joinPath(folder: string, path: string): string {
  const segments: string[] = []
  for (const segment of `${folder}/${path}`.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop()
    else segments.push(segment)
  }
  return segments.join('/')
}

/** `folder` and the folders around it, the innermost first, the root (`''`) last. */
export function foldersUpFrom(folder: string): string[] {
  const folders = [folder]
  for (let at = folder; at !== ''; ) {
    at = parentFolder(at)
    folders.push(at)
  }
  return folders
}

/**
 * Files of a folder that is named by a part of its path, looked for from the folder of the importing
 * file outwards.
 */
export function filesOfPackage(
  folder: string,
  fromPath: string,
  files: FileIndex,
  ending: string,
): readonly string[] {
  for (const around of foldersUpFrom(parentFolder(fromPath))) {
    const found = files.inFolder(joinPath(around, folder)).filter((path) => path.endsWith(ending))
    if (found.length > 0) return found
  }
  return []
}
