import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { ProblemError } from './problem-error.ts'

/**
 * The real path of a folder in one of the roots.
 *
 * @throws ProblemError 403 for one that is in none of them, whether it is there or not; 422 for one that is
 *   not there
 */
export async function allowedFolder(path: string, roots: readonly string[]): Promise<string> {
  if (path.includes('\0') || !isAbsolute(path)) {
    throw invalid('An absolute path of a folder.')
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
    throw invalid('There is no such folder.')
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

function invalid(message: string): ProblemError {
  return new ProblemError(422, 'The body is not of the documented shape.', {
    errors: [{ path: 'local_path', message }],
  })
}
