import { z } from 'zod'

/** What a host may say about a repository beside its code, as members of other schemas. */
export const aboutRepositoryShape = {
  /** As the host said it. */
  priority: z.string().nullish(),
  businessDomain: z.string().nullish(),
  teamOwner: z.string().nullish(),
  isGoldenRepo: z.boolean().nullish(),
}

/** What a host may say about a repository beside its code. */
export const repositoryAboutSchema = z.object(aboutRepositoryShape)
/** What a host may say about a repository beside its code. */
export type RepositoryAbout = z.infer<typeof repositoryAboutSchema>
