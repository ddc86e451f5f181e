import type { Route, RouteName } from '@cairn/protocol'
import { ProblemError } from './problem-error.ts'

/** A route with its name. */
export interface NamedRoute extends Route {
  readonly name: RouteName
}

/** A route that a path leads to, with the values of its parameters. */
export interface RouteMatch {
  readonly route: NamedRoute
  readonly parameters: Readonly<Record<string, string>>
}

/** Finds routes by path and method. */
export interface Router {
  /**
   * @param path below the base path, as it was sent
   * @throws ProblemError 400, 404, or 405 with the methods there are
   */
  match(method: string, path: string): RouteMatch
  /** The methods that a path answers to, as `Allow` lists them. @throws ProblemError 404 */
  methods(path: string): string
}

interface Pattern {
  readonly segments: readonly string[]
  readonly byMethod: ReadonlyMap<string, NamedRoute>
}

/** A router of these routes. */
export function createRouter(routes: readonly NamedRoute[]): Router {
  const patterns = patternsOf(routes)
  const find = (segments: readonly string[]): Pattern => {
    const pattern = patterns.find((candidate) => fits(candidate.segments, segments))
    if (!pattern) throw new ProblemError(404, 'There is nothing at this path.')
    return pattern
  }
  return {
    methods: (path) => allowedMethods(find(segmentsOf(path))),
    match(method, path) {
      const segments = segmentsOf(path)
      const pattern = find(segments)
      const route = pattern.byMethod.get(method === 'HEAD' ? 'GET' : method)
      if (!route) {
        const allow = allowedMethods(pattern)
        throw new ProblemError(405, `This path answers to ${allow}.`, { headers: { allow } })
      }
      return { route, parameters: parametersOf(pattern.segments, segments) }
    },
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1)
}

/** Paths without parameters go first: `/repository/local` is no repository of that name. */
function patternsOf(routes: readonly NamedRoute[]): Pattern[] {
  const paths = new Set(routes.map(({ path }) => path))
  return [...paths]
    .map((path) => ({
      segments: segmentsOf(path),
      byMethod: new Map(
        routes
          .filter((route) => route.path === path)
          .map((route) => [route.method as string, route]),
      ),
    }))
    .sort((one, other) => countParameters(one) - countParameters(other))
}

function countParameters({ segments }: Pattern): number {
  return segments.filter(isParameter).length
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) =>
      isParameter(part) ? segments[index] !== '' : part === segments[index],
    )
  )
}

function parametersOf(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    if (isParameter(part)) parameters[part.slice(1, -1)] = decodeSegment(segments[index] ?? '')
  }
  return parameters
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new ProblemError(400, 'The path is not encoded as UTF-8 in percent signs.')
  }
}

function allowedMethods({ byMethod }: Pattern): string {
  const methods = [...byMethod.keys()]
  if (byMethod.has('GET')) methods.push('HEAD')
  methods.push('OPTIONS')
  return methods.sort().join(', ')
}
