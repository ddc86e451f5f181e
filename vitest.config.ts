import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Tests import the source of every package, not its build.
const conditions = ['@cairn/source', 'module', 'node', 'development|production']

// Starts the servers that a package's tests share, and builds what they test as it is built.
const setupFiles = ['src/shared-server.test-support.ts', 'src/built-page.test-support.ts']

const packages = join(import.meta.dirname, 'packages')

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: readdirSync(packages).map((name) => ({
      extends: true as const,
      test: {
        name,
        root: join(packages, name),
        include: ['src/**/*.test.ts'],
        globalSetup: setupFiles.map((file) => join(packages, name, file)).filter(existsSync),
        testTimeout: 180_000,
        hookTimeout: 180_000,
      },
    })),
    // By default one core is left free, which on two of them is half.
    maxWorkers: '100%',
    // V8 may free WebAssembly code that a thread is still in, when many threads with WebAssembly come and
    // go in one process, as here: it then dies of SIGSEGV. https://github.com/nodejs/node/issues/64500
    execArgv: ['--no-wasm-code-gc'],
    passWithNoTests: false,
    reporters: ['default', './packages/testkit/src/summary-reporter.ts'],
  },
})
