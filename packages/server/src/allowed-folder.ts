import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ProblemError } from './problem-error.ts'

/**
 * The real path of a folder in one of the roots.
 *
 * @throws ProblemError 403 for one that is in none of them, whether it is there or not; 422 for one that is
 *   not there
 */
export function allowedFolder(path: string, roots: readonly string[]): Promise<string> {
  return folderIn(path, roots, 'local_path')
}

/**
 * A URL to clone from. One of a folder of this machine is to lead into the roots as its path would, and
 * comes back with the real path.
 *
 * @param member where it stands in the body
 * @throws ProblemError as {@link allowedFolder}
 */
export async function allowedUrl(
  url: string,
  roots: readonly string[],
  member = 'url',
): Promise<string> {
  if (!/^file:/i.test(url)) return url
  let path: string
  try {
    path = fileURLToPath(url)
  } catch {
    throw invalid(member, 'The file URL of a folder.')
  }
  return pathToFileURL(await folderIn(path, roots, member)).href
}

async function folderIn(path: string, roots: readonly string[], member: string): Promise<string> {
  if (path.includes('\0') || !isAbsolute(path)) {
    throw invalid(member, 'An absolute path of a folder.')
  }
  // Nothing is looked up that the path's own words do not put into a root.
  const wanted = resolve(path)
  const realRoots = await Promise.all(roots.map(realRoot))
  if (![...roots.map((root) => resolve(root)), ...realRoots].some((root) => isIn(root, wanted))) {
    throw outside()
  }
  let real: string
  try {
    real = await realpath(wanted)
  } catch {
    throw invalid(member, 'There is no such folder.')
  }
  if (!realRoots.some((root) => isIn(root, real))) throw outside()
  return real
}

async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root)
  } catch {
    // A root that is not there has nothing in it.
    return resolve(root)
  }
}

function isIn(root: string, path: string): boolean {
  const rest = relative(root, path)
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest)
}

function outside(): ProblemError {
  return new ProblemError(403, 'The folder is not in one that the host allows.')
}

function invalid(path: string, message: string): ProblemError {
  return new ProblemError(422, 'The body is not of the documented shape.', {
    errors: [{ path, message }],
  })
}
