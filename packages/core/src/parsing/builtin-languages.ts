import type { Language } from '../contracts/language.ts'
import { bash } from './languages/bash.ts'
import { c } from './languages/c.ts'
import { cpp } from './languages/cpp.ts'
import { csharp } from './languages/csharp.ts'
import { go } from './languages/go.ts'
import { java } from './languages/java.ts'
import { javascript } from './languages/javascript.ts'
import { php } from './languages/php.ts'
import { python } from './languages/python.ts'
import { ruby } from './languages/ruby.ts'
import { rust } from './languages/rust.ts'
import { css, html, json, markdown, toml, yaml } from './languages/structured-text.ts'
import { tsx } from './languages/tsx.ts'
import { typescript } from './languages/typescript.ts'

/** Every language that cairn knows by itself. */
export const builtinLanguages: readonly Language[] = [
  typescript,
  tsx,
  javascript,
  python,
  go,
  java,
  rust,
  c,
  cpp,
  csharp,
  ruby,
  php,
  bash,
  css,
  html,
  markdown,
  json,
  yaml,
  toml,
]
