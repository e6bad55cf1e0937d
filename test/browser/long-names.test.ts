import { describe, expect } from 'vitest'
import { expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'
import { forProduct } from '#test/support/campaign-pages.ts'

/** Without a place to break it, as whoever wants to break a page would write it. */
const long = (start: string) => start.padEnd(95, 'looong')

describe('names without an end', () => {
  test.for([360, 1280])('widen no page and are never cut off, %i wide', async (width, { world, visit }) => {
    const { buyer, product } = await makeBuyer(world, { price: 100_000_000, stock: 100_000, balance: 1_000_000_000 })
    const name = long(`Product-${width}`)
    const campaign = long(`Campaign-${width}`)
    await world.api.call('PATCH', `/products/${product}`, { body: { name, description: name } })
    const terms = { campaign_name: campaign, rules: [forProduct(product, '5')] }
    expect((await world.api.post('/campaigns', terms)).status).toBe(201)

    const page = await visit({ as: buyer, viewport: { width, height: 740 } })
    await page.getByRole('article', { name }).getByText('100000 in stock').waitFor()
    await expectFits(page)
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    if (width === 360) await page.getByRole('button', { name: 'Your cart: 1 item' }).click()
    await page.getByText(`“${campaign}”`).waitFor()
    await expectFits(page)
    if (width === 360) await page.getByRole('button', { name: 'Close the cart' }).click()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('You earned').waitFor()
    await expectFits(page)
    await purchaseDialog(page).getByRole('link', { name: 'See the purchase' }).click()
    await page.getByRole('region', { name: 'Points earned' }).getByText(campaign).waitFor()
    await expectFits(page)

    for (const [path, seen] of [
      ['/purchases', name],
      ['/points', campaign],
      ['/campaigns', campaign],
      [`/campaigns/${campaign}`, campaign],
      ['/operations?panel=stock', name],
      ['/operations?panel=liability', campaign],
    ] as const) {
      await page.goto(`/store${path}`)
      await page.getByText(seen).first().waitFor()
      await expectFits(page)
    }
  })
})
