import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { doubleTheLetters, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { makeCampaign } from '#test/support/campaign-pages.ts'

/** The bar at the top does not scroll: what sticks out of it is out of reach. */
async function expectBarWithin(page: Page, width: number): Promise<void> {
  const last = await page.getByRole('button', { name: /^Colours/ }).boundingBox()
  expect((last?.x ?? width) + (last?.width ?? 1)).toBeLessThanOrEqual(width)
}

describe('with letters of twice the size', () => {
  test.for([360, 1280])('every page fits, %i wide (WCAG 1.4.4)', async (width, { world, visit }) => {
    const { product, name } = await makeBuyer(world)
    const buyer = `somebody-whose-name-is-long-${width}`
    await world.shop.addWallet({ username: buyer, balanceMinor: 330_000 })
    const order = { userId: buyer, productId: product, quantity: 1 }
    const { purchaseId } = (await world.api.post('/purchase', order)).body
    const campaign = await makeCampaign(world)
    const page = await visit({ as: buyer, viewport: { width, height: 740 } })
    await doubleTheLetters(page)
    for (const [path, seen] of [
      ['/', name],
      ['/purchases', name],
      [`/purchases/${purchaseId}`, 'Sale confirmed'],
      ['/points', 'Earned with a purchase'],
      ['/campaigns', campaign],
      [`/campaigns/${campaign}`, 'No errors found'],
      ['/new-campaign', 'No errors found'],
      ['/operations', 'Nothing to do'],
      ['/operations?panel=stock', name],
      ['/operations?panel=users', buyer],
      ['/operations?panel=liability', 'Deferred revenue'],
    ] as const) {
      await page.goto(`/store${path}`)
      await page.getByRole('main').getByText(seen).first().waitFor()
      await expectFits(page)
      await expectBarWithin(page, width)
    }
  })
})
