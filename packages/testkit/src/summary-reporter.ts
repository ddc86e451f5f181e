import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/**
 * Ends the output of the test command with the line `N passed, N failed`, and `, N skipped` only
 * where there are any; before it stand the reasons, each with its number of tests: what a test skipped
 * itself with, or the end `(skipped: reason)` of the name of its suite. It is printed when the process exits: coverage and other reporters come
 * before it. What fails outside of a test (a file that cannot be loaded, a hook, an unhandled error,
 * a threshold) counts as one failure, so the line never says `0 failed` of a run that failed.
 */
// Vitest takes the default export of a reporter's file.
export default class SummaryReporter implements Reporter {
  #passed = 0
  #failed = 0
  #skipped = 0
  /** How many tests gave this reason. */
  #reasons = new Map<string, number>()

  onInit(): void {
    process.once('exit', (exitCode) => {
      if (exitCode !== 0 && this.#failed === 0) this.#failed = 1
      for (const [reason, count] of this.#reasons) {
        process.stdout.write(`${count} skipped: ${reason}\n`)
      }
      const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''
      process.stdout.write(`${this.#passed} passed, ${this.#failed} failed${skipped}\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#passed = 0
    this.#failed = errors.length
    this.#skipped = 0
    this.#reasons = new Map()
    for (const module of modules) {
      let failed = 0
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') this.#passed++
        else if (result.state === 'failed') failed++
        else this.#skipped++
        const reason = result.state === 'skipped' ? (result.note ?? reasonInName(test)) : null
        if (reason) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
      }
      this.#failed += failed === 0 && module.state() === 'failed' ? 1 : failed
    }
  }
}

function reasonInName(test: TestCase): string | null {
  for (let at = test.parent; at.type === 'suite'; at = at.parent) {
    const reason = /\(skipped: (.+)\)$/.exec(at.name)?.[1]
    if (reason !== undefined) return reason
  }
  return null
}
