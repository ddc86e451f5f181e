import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests import the source of every package, not its build.
const conditions = ['@cairn/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: readdirSync('packages').map((name) => ({
      extends: true as const,
      test: {
        name,
        root: `packages/${name}`,
        include: ['src/**/*.test.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
    passWithNoTests: false,
    reporters: ['default', './packages/testkit/src/summary-reporter.ts'],
  },
})
