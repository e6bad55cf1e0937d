import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openVisit } from '#test/support/browser.ts'
import { test } from '#test/support/browser-world.ts'
import { quickBuy } from '#test/support/buyer.ts'

const MOST_BYTES = 300_000

test('a first visit loads less than 300 KB of compressed script; charts come with the first page that has one', async ({
  world,
}) => {
  await world.shop.addWallet({ username: 'ann', balanceMinor: 0 })
  await world.shop.addProduct({ id: 'air', priceMinor: 100, stock: 1 })
  await world.api.post('/points', { account_id: 'ann', amount: 5 })
  const { page, complaints, close } = await openVisit(world.browser, { baseURL: world.store.url })
  const scripts = loadedScripts(page)
  await page.goto('/store/')
  await quickBuy(page, 'Product air').waitFor()
  await page.getByRole('button', { name: 'ann Balance' }).waitFor()
  expect(await bytesOf(scripts)).toBeGreaterThan(50_000)
  expect(await bytesOf(scripts)).toBeLessThan(MOST_BYTES)
  const first = scripts.size

  await page.getByRole('link', { name: 'Points' }).click()
  await page.getByRole('application', { name: /^Points by/ }).waitFor()
  const later = new Map([...scripts].slice(first))
  expect([...later.keys()].filter((url) => url.includes('chart'))).toHaveLength(1)
  expect(await bytesOf(later)).toBeLessThan(MOST_BYTES / 2)
  expect(complaints).toEqual([])
  await close()
})

/** Each script that the page asks for from now on, by its address. */
function loadedScripts(page: Page): Map<string, Promise<Buffer>> {
  const scripts = new Map<string, Promise<Buffer>>()
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body())
  })
  return scripts
}

/** As they come over the wire, whether this server compresses them or a proxy before it. */
async function bytesOf(scripts: Map<string, Promise<Buffer>>): Promise<number> {
  const bodies = await Promise.all(scripts.values())
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)
}
