import { z } from 'zod'

/** What a definition can be. */
export const symbolKinds = [
  'module',
  'namespace',
  'class',
  'interface',
  'struct',
  'enum',
  'trait',
  'type',
  'function',
  'method',
  'constructor',
  'property',
  'constant',
  'variable',
  'macro',
  'section',
] as const
/** What a definition is; open like `errorCodeSchema`. */
export const symbolKindSchema = z.enum(symbolKinds).meta({ isOpen: true })
