import { isAbsolute } from 'node:path'
import { z } from 'zod'
import type { Language } from '../contracts/language.ts'
import { CairnError } from '../errors.ts'

const regularExpression = z.string().refine(
  (source) => {
    try {
      new RegExp(source, 'u')
      return true
    } catch {
      return false
    }
  },
  { error: 'is not a regular expression' },
)

const names = z.array(z.string().min(1))

const languageSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9+#-]*$/, { error: 'must be a lower-case word' }),
    extensions: z.array(
      z.string().regex(/^\.[^/A-Z]+$/, { error: 'must be lower case with its dot' }),
    ),
    filenames: names.optional(),
    interpreters: names.optional(),
    grammar: z
      .string()
      .refine((path) => path.startsWith('file:') || isAbsolute(path), {
        error: 'must be an absolute path or a file: URL',
      })
      .optional(),
    query: z.string().optional(),
    structure: z.enum(['window', 'headings', 'keys']).optional(),
    documentation: z.enum(['preceding-comment', 'docstring']).optional(),
    visibility: z
      .strictObject({
        exported: regularExpression.optional(),
        hidden: regularExpression.optional(),
        exportedMember: regularExpression.optional(),
        hiddenMember: regularExpression.optional(),
      })
      .optional(),
    constructorNames: names.optional(),
    sharesPackageScope: z.boolean().optional(),
    implicitSelf: z.boolean().optional(),
    selfReceivers: names.optional(),
    superReceivers: names.optional(),
    resolveModule: z.function().optional(),
  })
  .refine((language) => language.query === undefined || language.grammar !== undefined, {
    error: 'needs a grammar',
    path: ['query'],
  })

/**
 * A language of your own, checked: pass the result as one of `languages` to `createIndexer`. The
 * grammar and the query themselves are loaded when the first file of the language is parsed.
 *
 * @throws CairnError `GRAMMAR_INVALID` when a member is missing or not of the documented shape.
 */
export function language(definition: Language): Language {
  const result = languageSchema.safeParse(definition)
  if (!result.success) {
    const issue = result.error.issues[0]
    const where = issue === undefined ? '' : issue.path.join('.')
    throw new CairnError(
      'GRAMMAR_INVALID',
      `Language "${String(definition.id)}" is not valid: ${where} ${issue?.message ?? ''}.`,
      { cause: result.error },
    )
  }
  return definition
}
