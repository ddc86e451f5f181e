import { z } from 'zod'

/** How a run is doing. */
export const healthStates = ['ok', 'slow', 'stalled', 'waiting'] as const
/** How a run is doing. */
export const healthStateSchema = z.enum(healthStates)
/** How a run is doing, one of {@link healthStates}. */
export type HealthState = z.infer<typeof healthStateSchema>

/** How a run is doing, since when, and why. */
export const healthSchema = z.object({
  state: healthStateSchema,
  since: z.date(),
  /** For `waiting`: what for, for example a provider that limits its rate. */
  detail: z.string().nullable(),
})
/** How a run is doing, since when, and why. */
export type Health = z.infer<typeof healthSchema>
