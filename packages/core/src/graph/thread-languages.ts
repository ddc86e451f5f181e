import type { Language } from '../contracts/language.ts'
import { builtinLanguages } from '../parsing/builtin-languages.ts'
import { type LanguageData, languageData } from '../parsing/language-data.ts'

/** A language as it crosses into the thread that builds graphs. */
export interface ThreadLanguage {
  readonly data: LanguageData
  /** Id of the built-in language that has its `resolveModule`; null where it has none. */
  readonly resolvesLike: string | null
}

/** The languages beside the built-in ones; null where one of them has a function of its own. */
export function threadLanguages(languages: readonly Language[]): ThreadLanguage[] | null {
  const crossing: ThreadLanguage[] = []
  for (const language of languages) {
    if (builtinLanguages.includes(language)) continue
    const { resolveModule } = language
    const like =
      resolveModule && builtinLanguages.find((one) => one.resolveModule === resolveModule)
    if (resolveModule && !like) return null
    crossing.push({ data: languageData(language), resolvesLike: like?.id ?? null })
  }
  return crossing
}

/** The language of each id: what {@link threadLanguages} gave, and the built-in ones. */
export function languagesById(
  crossing: readonly ThreadLanguage[],
): (id: string) => Language | undefined {
  const builtin = new Map(builtinLanguages.map((language) => [language.id, language]))
  const byId = new Map<string, Language>(builtin)
  for (const { data, resolvesLike } of crossing) {
    const resolveModule =
      resolvesLike === null ? undefined : builtin.get(resolvesLike)?.resolveModule
    byId.set(data.id, { ...data, ...(resolveModule ? { resolveModule } : {}) })
  }
  return (id) => byId.get(id)
}
