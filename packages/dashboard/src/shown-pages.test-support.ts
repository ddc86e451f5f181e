/** Pages of real indexers in a real browser, for the tests of one suite, and what holds of every page of them. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import {
  launchBrowser,
  openPage,
  type PageOptions,
  type WatchedPage,
} from './browser.test-support.ts'
import { type ShownIndexer, type ShowOptions, showIndexer } from './shown-indexer.test-support.ts'

/** What {@link useShownPages} gives. */
export interface ShownPages {
  /** An indexer with its page. */
  show(options?: Omit<ShowOptions, 'pageFolder'>): Promise<ShownIndexer>
  /** Opens an address in a context of its own. */
  open(url: string, options?: PageOptions): Promise<Page>
}

/**
 * For the suite that calls it: one browser, and after each test every page and indexer of it is closed, and no
 * page may have broken its policy or asked another host.
 */
export function useShownPages(): ShownPages {
  let browser: Browser
  const opened: WatchedPage[] = []
  const shownHere: ShownIndexer[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    const pages = opened.splice(0)
    const ended = shownHere.splice(0)
    await Promise.all(pages.map((page) => page.close()))
    await Promise.all(ended.map((shown) => shown.close()))
    expect(pages.flatMap(({ violations }) => violations)).toEqual([])
    expect(pages.flatMap(({ foreign }) => foreign)).toEqual([])
  })
  return {
    async show(options = {}) {
      const shown = await showIndexer({ pageFolder: inject('pageFolder'), ...options })
      shownHere.push(shown)
      return shown
    },
    async open(url, options = {}) {
      const watched = await openPage(browser, url, options)
      opened.push(watched)
      return watched.page
    },
  }
}

/** Every violation of accessibility on the page as it is. */
export async function inaccessible(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
