import { z } from 'zod'

/** The name of a repository, which logs, terminals and addresses are to hold. */
export const repositoryNameSchema = z
  .string()
  .min(1, 'A name must not be empty.')
  .max(200, 'A name has at most 200 characters.')
  // No address can hold half a surrogate pair: https://tc39.es/ecma262/#sec-encode
  .refine(
    (name) => !/[\p{Cc}\p{Cs}]/u.test(name),
    'A name must not hold control or broken characters.',
  )
  // In an address they lead elsewhere, however they are encoded: https://url.spec.whatwg.org/#double-dot-path-segment
  .refine((name) => name !== '.' && name !== '..', 'A name must not be "." or "..".')
