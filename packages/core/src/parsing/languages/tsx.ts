import type { Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { typescript } from './typescript.ts'

const { interpreters: _, ...shared } = typescript

/** TypeScript with JSX. */
export const tsx: Language = {
  ...shared,
  id: 'tsx',
  extensions: ['.tsx'],
  grammar: grammarPath('tsx'),
}
