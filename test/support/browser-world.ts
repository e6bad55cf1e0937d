import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { test as base, expect, inject } from 'vitest'
import { launchBrowser } from '#scripts/screenshots.ts'
import { openApiWorld } from './api-world.ts'
import { openVisit, type Visit } from './browser.ts'

type VisitOptions = BrowserContextOptions & {
  /** Who uses the store. */
  as?: string
  /** Where to begin, from `/store`. */
  path?: string
  /** Of another server than the usual one. */
  url?: string
  /** See `openVisit`. */
  expected?: readonly RegExp[]
}

/** The store in a real browser, served by an API with a shop, a Temporal and a worker of its own that are all real. */
async function openBrowserWorld(browser: Browser) {
  const world = await openApiWorld()
  const storeDir = inject('storeDir')
  const store = await world.serve({ storeDir })
  return {
    ...world,
    browser,
    /** The server that serves the store. */
    store,
  }
}

export type BrowserWorld = Awaited<ReturnType<typeof openBrowserWorld>>

/**
 * A test in the browser: `world` is the system, one for each test file; `visit` opens the store as a certain user. Whatever
 * a browser reports, an error, something the policy forbids or a request to another host, fails the test.
 */
export const test = base
  // Starting one takes as long as most tests.
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it what a fixture depends on: nothing.
  .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }) => {
    const browser = await launchBrowser()
    onCleanup(() => browser.close())
    return browser
  })
  .extend('world', { scope: 'file' }, async ({ browser }, { onCleanup }) => {
    const world = await openBrowserWorld(browser)
    onCleanup(() => world.close())
    return world
  })
  .extend('visit', async ({ world }, { onCleanup }) => {
    const visits: Visit[] = []
    onCleanup(async () => {
      for (const { close } of visits) await close()
      expect(visits.flatMap(({ errors }) => errors)).toEqual([])
    })
    return async ({ as, path = '/', url = world.store.url, expected, ...options }: VisitOptions): Promise<Page> => {
      const visit = await openVisit(world.browser, { baseURL: url, ...options }, expected)
      visits.push(visit)
      if (as !== undefined) await chooseUser(visit.page, as)
      await visit.page.goto(`/store${path}`)
      if (as !== undefined) await visit.page.getByRole('button', { name: `${as} Balance` }).waitFor()
      return visit.page
    }
  })

/** Who used the store last in this browser, as anybody can in demo mode: see `web/shell/current-user.tsx`. */
async function chooseUser(page: Page, username: string): Promise<void> {
  // Any file of the same origin, in which there is no store.
  await page.goto('/store/color-scheme.js')
  await page.evaluate(`localStorage.setItem('unicorn-store.user', ${JSON.stringify(JSON.stringify(username))})`)
}
