import type { Language } from '../contracts/language.ts'

/** What of a {@link Language} goes into the parsing workers: all but its function. */
export type LanguageData = Omit<Language, 'resolveModule'>

/** The plain data of a language. */
export function languageData(language: Language): LanguageData {
  const { resolveModule: _, ...data } = language
  return data
}
