import { existsSync } from 'node:fs'
import { browserPath } from '@cairn/servers/browser'
import { describe } from 'vitest'

/**
 * A suite of tests that need the browser. Where there is none it is skipped and says why; where `CI` is set it
 * fails.
 */
export function describeInBrowser(title: string, tests: () => void): void {
  if (existsSync(browserPath) || process.env.CI) describe(title, tests)
  else describe.skip(`${title} (skipped: there is no ${browserPath})`, tests)
}
