import type { BrowserContextOptions, Page } from 'playwright-core'
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
async function openBrowserWorld() {
  const world = await openApiWorld()
  const browser = await launchBrowser()
  const storeDir = inject('storeDir')
  const store = await world.serve({ storeDir })
  return {
    ...world,
    browser,
    /** The server that serves the store. */
    store,
    async close() {
      await browser.close()
      await world.close()
    },
  }
}

/**
 * A test in the browser: `world` is the system, one for each test file; `visit` opens the store as a certain user. Whatever
 * a browser reports, an error, something the policy forbids or a request to another host, fails the test.
 */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it what a fixture depends on: nothing.
  .extend('world', { scope: 'file' }, async ({}, { onCleanup }) => {
    const world = await openBrowserWorld()
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
      await visit.page.goto(`/store${path}`)
      if (as !== undefined) await become(visit.page, as)
      return visit.page
    }
  })

/** Chooses who uses the store, as anybody can in demo mode. */
async function become(page: Page, username: string): Promise<void> {
  await page.getByRole('button', { name: 'Balance' }).click()
  await page.getByRole('textbox', { name: 'Find a user' }).fill(username)
  await page.getByRole('option', { name: username }).click()
  await page.getByRole('button', { name: `${username} Balance` }).waitFor()
}
