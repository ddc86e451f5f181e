import type { IndexEvent, IndexEventOf } from './events.ts'
import type { LogLevel } from './log-levels.ts'
import type { Stage } from './stages.ts'
import { warningText } from './warning-text.ts'

/** What a log line says, without the details. */
export interface LogLine {
  readonly level: LogLevel
  readonly stage: Stage
  /** One sentence for a person. */
  readonly message: string
}

/**
 * What the log says of an event; null for the progress events, which only say how far things are.
 * `currentStage` is where the task is, for the events that do not say it themselves.
 */
export function logLine(event: IndexEvent, currentStage: Stage): LogLine | null {
  const line = (level: LogLevel, stage: Stage, message: string): LogLine => ({
    level,
    stage,
    message,
  })
  switch (event.type) {
    case 'run.queued':
      return line('INFO', 'queued', `Repository ${event.repository} is queued.`)
    case 'run.started':
      return line('INFO', 'queued', 'The run has started.')
    case 'run.paused':
      return line('INFO', currentStage, withReason('The run is paused', event.reason))
    case 'run.resumed':
      return line('INFO', 'queued', 'The task goes on in another run.')
    case 'run.retrying':
      return line(
        'WARNING',
        event.error.stage,
        `Attempt ${event.attempt} follows in ${rounded(event.delayMs / 1000)} s: ${event.error.errorMessage}`,
      )
    case 'run.completed': {
      const { indexed, unchanged, skipped, failed, deleted } = event.files
      return line(
        'INFO',
        'completed',
        `The run has completed in ${rounded(event.durationSeconds)} s: ${indexed} indexed, ${unchanged} unchanged, ${skipped} skipped, ${failed} failed, ${deleted} deleted.`,
      )
    }
    case 'run.failed':
      return line('ERROR', 'failed', event.error.errorMessage)
    case 'run.cancelled':
      return line('WARNING', currentStage, withReason('The run was cancelled', event.reason))
    case 'stage.started':
      return line('INFO', event.stage, `Stage ${event.stage} has started.`)
    case 'stage.completed':
      return line('INFO', event.stage, stageCompleted(event))
    case 'stage.progressed':
    case 'embedding.progressed':
      return null
    case 'file.settled':
      return describeFile(event)
    case 'error.recorded':
      return line('ERROR', event.error.stage, event.error.errorMessage)
    case 'warning.recorded':
      return line('WARNING', event.stage, warningText(event))
    case 'health.changed': {
      const { state, detail } = event.health
      return line(
        state === 'ok' ? 'INFO' : 'WARNING',
        currentStage,
        withReason(`Health is ${state}`, detail),
      )
    }
  }
}

function stageCompleted({ stage, durationSeconds, plan }: IndexEventOf<'stage.completed'>): string {
  const done = `Stage ${stage} has completed in ${rounded(durationSeconds)} s`
  if (plan === null) return `${done}.`
  return `${done}: ${plan.index} of ${plan.files} files to index, ${plan.unchanged} unchanged, ${plan.skip} to skip, ${plan.delete} to delete.`
}

function describeFile(event: IndexEventOf<'file.settled'>): LogLine {
  const { path } = event
  switch (event.outcome) {
    case 'indexed':
      return { level: 'DEBUG', stage: 'storing', message: `${path}: indexed.` }
    case 'unchanged':
      return { level: 'DEBUG', stage: 'analyzing', message: `${path}: unchanged.` }
    case 'deleted':
      return { level: 'INFO', stage: 'storing', message: `${path}: no longer there, deleted.` }
    case 'skipped': {
      const why = [event.reason, event.detail].filter((part) => part !== null).join(', ')
      return { level: 'INFO', stage: 'analyzing', message: withReason(`${path}: skipped`, why) }
    }
    case 'failed':
      return {
        level: 'ERROR',
        stage: event.error?.stage ?? 'parsing',
        message: withReason(`${path}: failed`, event.error?.errorMessage ?? event.detail),
      }
  }
}

function withReason(message: string, reason: string | null): string {
  if (reason === null || reason === '') return `${message}.`
  return `${message}: ${/[.!?]$/.test(reason) ? reason : `${reason}.`}`
}

function rounded(seconds: number): string {
  return seconds.toFixed(seconds < 10 ? 1 : 0)
}
