import type { LanguageFn } from 'highlight.js'
import type { createLowlight } from 'lowlight'

type Lowlight = ReturnType<typeof createLowlight>

/** Grammars by the name that cairn gives a language; each is loaded when it is first needed. */
const grammars: Readonly<Record<string, () => Promise<{ default: LanguageFn }>>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  html: () => import('highlight.js/lib/languages/xml'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  lua: () => import('highlight.js/lib/languages/lua'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  scala: () => import('highlight.js/lib/languages/scala'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  toml: () => import('highlight.js/lib/languages/ini'),
  tsx: () => import('highlight.js/lib/languages/typescript'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
}

let loading: Promise<Lowlight> | null = null

/** The tokens of a text as a tree; null where the language has no grammar here. */
export async function highlight(
  text: string,
  language: string,
): Promise<ReturnType<Lowlight['highlight']> | null> {
  const load = Object.hasOwn(grammars, language) ? grammars[language] : undefined
  if (!load) return null
  loading ??= import('lowlight').then(({ createLowlight }) => createLowlight())
  const [lowlight, { default: grammar }] = await Promise.all([loading, load()])
  if (!lowlight.registered(language)) lowlight.register(language, grammar)
  return lowlight.highlight(language, text)
}
