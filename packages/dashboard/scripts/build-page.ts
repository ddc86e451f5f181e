import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

/** Builds the page into a folder, which is emptied. */
export async function buildPage(folder: string): Promise<void> {
  // Vite believes it before it believes the mode, and a test runner sets it to "test": React would then be that
  // for development.
  const { NODE_ENV: before } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await buildForProduction(folder)
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

async function buildForProduction(folder: string): Promise<void> {
  await build({
    root: join(import.meta.dirname, '../app'),
    configFile: false,
    // Below any base path, and on any static host.
    base: './',
    logLevel: 'warn',
    plugins: [react()],
    resolve: { conditions: ['@cairn/source', 'module', 'browser', 'production'] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: ['chrome123', 'firefox120', 'safari17.5'],
      // Every browser of the target has it, and what stands in for it would add an inline script's worth of code.
      modulePreload: { polyfill: false },
      // An inlined file is a data: address, which the policy of the page refuses.
      assetsInlineLimit: 0,
      license: { fileName: 'licenses.md' },
    },
  })
}
