import type { Language } from '../../contracts/language.ts'
import { cFamilyQuery, resolveInclude } from './c-family.ts'
import { grammarPath } from './grammar-path.ts'

/** C++. */
export const cpp: Language = {
  id: 'cpp',
  extensions: [
    '.cpp',
    '.cc',
    '.cxx',
    '.c++',
    '.hpp',
    '.hh',
    '.hxx',
    '.h++',
    '.ipp',
    '.inl',
    '.tpp',
    '.cu',
    '.cuh',
  ],
  grammar: grammarPath('cpp'),
  query: cFamilyQuery,
  visibility: { hidden: '^\\s*static\\b' },
  implicitSelf: true,
  selfReceivers: ['this'],
  resolveModule: resolveInclude,
}
