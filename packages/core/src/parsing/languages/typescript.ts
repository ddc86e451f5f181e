import type { Language } from '../../contracts/language.ts'
import { ecmascriptVisibility, resolveEcmascriptModule, typescriptQuery } from './ecmascript.ts'
import { grammarPath } from './grammar-path.ts'

/** TypeScript without JSX. */
export const typescript: Language = {
  id: 'typescript',
  extensions: ['.ts', '.mts', '.cts'],
  interpreters: ['ts-node', 'tsx', 'deno'],
  grammar: grammarPath('typescript'),
  query: typescriptQuery,
  visibility: ecmascriptVisibility,
  constructorNames: ['constructor'],
  selfReceivers: ['this'],
  superReceivers: ['super'],
  resolveModule: resolveEcmascriptModule,
}
