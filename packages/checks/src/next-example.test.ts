/** The example of Next, built and started by Next itself, holds what every mounted status server holds. */
import { existsSync } from 'node:fs'
import { browserPath } from '@cairn/servers/browser'
import { describeWithOwnServer } from '@cairn/servers/vitest'
import { statusServerConformance } from '@cairn/testkit'
import { chromium } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { startNextExample } from './next-example.test-support.ts'

describeWithOwnServer('the example of next', startNextExample, (server) => {
  const basePath = () => `${server().url}/api/v1/index`
  const indexed = () =>
    vi.waitFor(async () => {
      const answer = await fetch(`${basePath()}/status`)
      const { tasks } = (await answer.json()) as {
        tasks: readonly { task_id: string; status: string }[]
      }
      expect(tasks).toMatchObject([{ status: 'completed' }])
      return tasks[0]?.task_id ?? ''
    }, 60_000)

  test('it answers what is nowhere itself', async () => {
    const nowhere = await fetch(`${server().url}/nowhere`)
    expect(nowhere.status).toBe(404)
    expect(nowhere.headers.get('content-type')).not.toBe('application/problem+json')
  })

  test('its page shows the newest task', async ({ skip }) => {
    skip(!existsSync(browserPath) && !process.env.CI, `there is no ${browserPath}`)
    const browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--no-sandbox'],
    })
    try {
      const page = await browser.newPage()
      await page.goto(server().url)
      expect(await page.getByRole('heading').textContent()).toBe('A page of my own')
      await page.getByText('shop: completed, 100 %, 2 of 2 files (ended)').waitFor()
    } finally {
      await browser.close()
    }
  })

  statusServerConformance({
    name: 'conformance',
    create: async () => ({
      url: basePath(),
      taskId: await indexed(),
      hasSockets: false,
      repository: null,
      dispose: async () => undefined,
    }),
  })
})
