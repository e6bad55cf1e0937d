import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { purchaseDialog, quickBuy } from '#test/support/buyer.ts'

const LAST = 'Product zebra'
const buyer = 'buyer'

const showMore = (page: Page) => page.getByRole('button', { name: 'Show more products' })

describe('of more products than fit on one page', () => {
  test.beforeAll(async ({ world }) => {
    for (let number = 100; number < 200; number++) {
      await world.shop.addProduct({ id: `unicorn-${number}`, priceMinor: 1_000, stock: 9 })
    }
    await world.shop.addProduct({ id: 'zebra', priceMinor: 2_000, stock: 5 })
    await world.shop.addWallet({ username: buyer, balanceMinor: 100_000 })
  })

  test('the last one can be reached, bought, and is shown by its name from then on', async ({ visit }) => {
    const page = await visit({ as: buyer, viewport: { width: 360, height: 740 } })
    await page.getByText('The first 60 products are shown.').waitFor()
    await expectAccessible(page)
    await expectFits(page)
    await showMore(page).click()
    await page.getByText('That is all: 101 products.').waitFor()
    const card = page.getByRole('article', { name: LAST })
    await card.getByText('5 left').waitFor()
    await page.getByRole('button', { name: `Add ${LAST} to the cart` }).click()
    await quickBuy(page, LAST).click()
    await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    await card.getByText('4 left').waitFor()

    await page.reload()
    await page.getByRole('button', { name: 'Your cart: 1 item' }).click()
    await page.getByRole('list', { name: 'In the cart' }).getByText(LAST).waitFor()
    await page.getByRole('list', { name: 'In the cart' }).getByText('$20.00').waitFor()
    await page.goto('/store/purchases')
    await page.getByRole('link', { name: LAST }).click()
    await page.getByRole('region', { name: 'Order' }).getByText(LAST).waitFor()
  })

  test('all that are shown are read again, for others buy too', async ({ world, visit }) => {
    const page = await visit({ as: buyer })
    await showMore(page).click()
    const card = page.getByRole('article', { name: LAST })
    await card.waitFor()
    await world.api.post('/products/zebra/stock-adjustments', { quantity: 70, reason: 'Delivery' })
    await card.getByText(/^7\d in stock/).waitFor()
    expect(await page.getByRole('article').count()).toBe(101)
  })

  test('each has stock that an operator can adjust', async ({ visit }) => {
    const page = await visit({ as: buyer, path: '/operations?panel=stock', viewport: { width: 360, height: 740 } })
    await showMore(page).click()
    await page.getByRole('button', { name: `Adjust stock of ${LAST}` }).waitFor()
    await expectFits(page)
  })
})
