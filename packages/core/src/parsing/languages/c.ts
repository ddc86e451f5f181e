import type { Language } from '../../contracts/language.ts'
import { cFamilyQuery, resolveInclude } from './c-family.ts'
import { grammarPath } from './grammar-path.ts'

/** C, parsed with the grammar of C++. */
export const c: Language = {
  id: 'c',
  extensions: ['.c', '.h'],
  grammar: grammarPath('cpp'),
  query: cFamilyQuery,
  visibility: { hidden: '^\\s*static\\b' },
  resolveModule: resolveInclude,
}
