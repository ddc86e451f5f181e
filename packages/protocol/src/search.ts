import { z } from 'zod'
import { symbolKindSchema } from './symbol-kinds.ts'

/** What is at the other end of an edge of the code graph. */
export const neighbourReferenceSchema = z.object({
  kind: z.enum(['file', 'symbol', 'module']),
  /** Null for a module outside the repository. */
  path: z.string().nullable(),
  symbol: z.string().nullable(),
  symbolKind: symbolKindSchema.nullable(),
  startLine: z.int().min(1).nullable(),
  /** How the edge was found; there is no guess. */
  resolution: z.enum(['syntax', 'scope', 'import', 'package', 'member']),
})
/** What is at the other end of an edge of the code graph. */
export type NeighbourReference = z.infer<typeof neighbourReferenceSchema>

/** The graph around a hit. */
export const hitNeighboursSchema = z.object({
  callers: z.array(neighbourReferenceSchema),
  callees: z.array(neighbourReferenceSchema),
  definedIn: z.array(neighbourReferenceSchema),
  imports: z.array(neighbourReferenceSchema),
  extends: z.array(neighbourReferenceSchema),
})
/** The graph around a hit. */
export type HitNeighbours = z.infer<typeof hitNeighboursSchema>

/** A chunk that answers a query. */
export const searchHitSchema = z.object({
  /** Of the chunk. */
  id: z.string(),
  repository: z.string(),
  path: z.string(),
  /** First line, from 1. */
  startLine: z.int().min(1),
  /** Last line, inclusive. */
  endLine: z.int().min(1),
  language: z.string(),
  /** Dotted path of the definition that the chunk shows, for example `Session.send`. */
  symbol: z.string().nullable(),
  symbolKind: symbolKindSchema.nullable(),
  text: z.string(),
  /** Higher is better; comparable within one answer only. */
  score: z.number(),
  /** Null unless it was asked for. */
  neighbours: hitNeighboursSchema.nullable(),
})
/** A chunk that answers a query. */
export type SearchHit = z.infer<typeof searchHitSchema>

/** When a repository that was searched was last indexed, and from what. */
export const freshnessSchema = z.object({
  repository: z.string(),
  ref: z.string().nullable(),
  commit: z.string().nullable(),
  indexedAt: z.date(),
})
/** When a repository that was searched was last indexed, and from what. */
export type Freshness = z.infer<typeof freshnessSchema>

const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item)]).nullish()

/** Body of `POST /search`. */
export const searchRequestSchema = z.object({
  query: z.string().max(10_000).regex(/\S/, 'A query must not be blank.'),
  repository: oneOrMore(z.string()),
  language: oneOrMore(z.string()),
  /** Glob over paths. */
  path: z.string().nullish(),
  symbolKind: oneOrMore(symbolKindSchema),
  /** Hits; 10 where it is absent. */
  limit: z.int().min(1).max(100).nullish(),
  /** Which halves take part; `hybrid` where it is absent. */
  mode: z.enum(['hybrid', 'lexical', 'dense']).nullish(),
  /** Whether each hit comes with its neighbours in the graph. */
  neighbours: z.boolean().nullish(),
})
/** Body of `POST /search`. */
export type SearchRequest = z.infer<typeof searchRequestSchema>

/** Answer of `POST /search`. */
export const searchAnswerSchema = z.object({
  /** Best first. */
  hits: z.array(searchHitSchema),
  freshness: z.array(freshnessSchema),
})
/** Answer of `POST /search`. */
export type SearchAnswer = z.infer<typeof searchAnswerSchema>
