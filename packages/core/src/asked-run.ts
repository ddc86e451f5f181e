import { isDeepStrictEqual } from 'node:util'
import type { AboutRepository, Priority, RequestedRun, SourceDescription } from '@cairn/protocol'
import type {
  CredentialsCallback,
  IndexRequest,
  LocalSource,
  RemoteSource,
  Source,
} from './options.ts'
import { parseRemoteUrl, redactUrl } from './source/source-url.ts'

/** The plain data of a request: what can be stored with the task, so that any process can go on with it. */
export function requestedRun(request: IndexRequest, source: Source): RequestedRun {
  const { include, exclude, priority = 'medium', about } = request
  return {
    include: include ? [...include] : null,
    exclude: exclude ? [...exclude] : null,
    depth: 'url' in source ? (source.depth ?? null) : null,
    priority,
    about: saidAbout(about, request.priority),
  }
}

/** A source as it may be stored and shown: without credentials. */
export function describeSource(source: Source): SourceDescription {
  const ref = source.ref ?? null
  return 'url' in source
    ? { kind: 'remote', url: redactUrl(source.url), ref }
    : { kind: 'local', path: source.path, ref }
}

/** The source that {@link describeSource} describes. */
export function describedSource(
  source: SourceDescription,
  depth: RequestedRun['depth'],
): LocalSource | RemoteSource {
  const ref = source.ref === null ? {} : { ref: source.ref }
  if (source.kind === 'local') return { path: source.path, ...ref }
  return { url: source.url, ...ref, ...(depth === null ? {} : { depth }) }
}

/** The source with a way to credentials, where it has none of its own. */
export function withAuth(source: Source, auth: CredentialsCallback | undefined): Source {
  if (!auth || !('url' in source) || source.auth) return source
  return parseRemoteUrl(source.url).credentials ? source : { ...source, auth }
}

/** Whether two requests ask for the same files of the same source. */
export function isSameRequest(
  one: { readonly source: Source; readonly asked: RequestedRun },
  other: { readonly source: Source; readonly asked: RequestedRun },
): boolean {
  const files = ({ source, asked: { include, exclude, depth } }: typeof one): unknown => [
    describeSource(source),
    include,
    exclude,
    depth,
  ]
  return isDeepStrictEqual(files(one), files(other))
}

/** What was said, without what was not: that stays as it is. */
function saidAbout(
  about: AboutRepository | undefined,
  priority: Priority | undefined,
): RequestedRun['about'] {
  const said = Object.entries({ ...about, priority }).filter(([, value]) => value !== undefined)
  return said.length === 0 ? null : Object.fromEntries(said)
}
