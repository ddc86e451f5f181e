/**
 * Where the files of cairn's page are, for a web server to serve. `@cairn/server` does, with
 * `dashboard: true`.
 *
 * @packageDocumentation
 */

import { fileURLToPath } from 'node:url'

/** The folder of the built page, with `index.html` in it. */
export const pageFolder: string = fileURLToPath(new URL('../page', import.meta.url))
