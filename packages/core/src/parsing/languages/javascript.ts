import type { Language } from '../../contracts/language.ts'
import { ecmascriptVisibility, javascriptQuery, resolveEcmascriptModule } from './ecmascript.ts'
import { grammarPath } from './grammar-path.ts'

/** JavaScript, with JSX, as modules or CommonJS. */
export const javascript: Language = {
  id: 'javascript',
  extensions: ['.js', '.mjs', '.cjs', '.jsx'],
  filenames: ['Jakefile'],
  interpreters: ['node', 'bun'],
  grammar: grammarPath('javascript'),
  query: javascriptQuery,
  visibility: ecmascriptVisibility,
  constructorNames: ['constructor'],
  selfReceivers: ['this'],
  superReceivers: ['super'],
  resolveModule: resolveEcmascriptModule,
}
