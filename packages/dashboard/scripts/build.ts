/** Builds the page into `page/`, from where it is published. */
import { pageFolder } from '../src/index.ts'
import { buildPage } from './build-page.ts'

await buildPage(pageFolder)
