/** Debian's Chromium, and pages whose every request and violation is kept. */
import { browserPath } from '@cairn/servers/browser'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
}

/** A page, and what it did that it should not. */
export interface WatchedPage {
  readonly page: Page
  /** Addresses outside of the page's own origin that it asked for. */
  readonly foreign: readonly string[]
  /** Violations of its policy, and errors that nothing caught. */
  readonly violations: readonly string[]
  close(): Promise<void>
}

/** How {@link openPage} opens it. */
export interface PageOptions extends BrowserContextOptions {
  /** The status server's, where it is not the page's own. */
  readonly apiHost?: string
}

/** Opens a page in a context of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  { apiHost, ...options }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const foreign: string[] = []
  const violations: string[] = []
  const { host } = new URL(url)
  const watch = (address: string): void => {
    const asked = new URL(address).host
    if (asked !== host && asked !== apiHost) foreign.push(address)
  }
  page.on('request', (request) => watch(request.url()))
  page.on('websocket', (socket) => watch(socket.url()))
  page.on('pageerror', (error) => violations.push(String(error)))
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) violations.push(message.text())
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // Reported like every error that nothing caught.
      throw new Error(`${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  await page.goto(url)
  return { page, foreign, violations, close: () => context.close() }
}
