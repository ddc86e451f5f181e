import type { Language } from '../contracts/language.ts'
import { javascript } from './languages/javascript.ts'
import { python } from './languages/python.ts'
import { tsx } from './languages/tsx.ts'
import { typescript } from './languages/typescript.ts'

/** Every language that cairn knows by itself. */
export const builtinLanguages: readonly Language[] = [typescript, tsx, javascript, python]
