/**
 * The part of the protocol that a client of the wire needs, without the schemas: the routes as data, and a
 * codec for their bodies and answers that is a table instead of zod.
 *
 * @packageDocumentation
 */

export { defaultBasePath } from './base-path.ts'
export { closeCodes } from './close-codes.ts'
export { isTerminal } from './stages.ts'
export { wireQuery } from './wire-query.ts'
export { fromWire, toWire, type WireShape, WireShapeError } from './wire-shape.ts'
export { problemShape, serverMessageShape, type WireRoute, wireRoutes } from './wire-table.ts'
