import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { BrowserWorld } from './browser-world.ts'

let made = 0

/** A product and somebody with money, who are nobody else's. Amounts in minor units. */
export async function makeBuyer(world: BrowserWorld, { price = 170_000, stock = 4, balance = 330_000 } = {}) {
  made += 1
  // None of these is a part of another one, so that looking for it finds it alone.
  const number = String(made).padStart(3, '0')
  const product = `unicorn-${number}`
  const buyer = `buyer-${number}`
  await world.shop.addProduct({ id: product, priceMinor: price, stock })
  await world.shop.addWallet({ username: buyer, balanceMinor: balance })
  return { product, buyer, name: `Product ${product}` }
}

export function purchaseDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Your purchase' })
}

/** The button that buys a product at a click. */
export function quickBuy(page: Page, name: string): Locator {
  return page.getByRole('article', { name, exact: true }).getByRole('button', { name: /^Quick Buy/ })
}

/** What a person sees of the purchases that were made. */
export async function purchasesOf(
  world: BrowserWorld,
  buyer: string,
): Promise<{ purchaseId: string; status: string; total: number | null }[]> {
  return (await world.api.get(`/purchases?userId=${buyer}`)).body.items
}

/** From now on no tab of this browser can write an order down, until it is released: whatever they do comes at one moment. */
export async function holdOrders(page: Page, buyer: string) {
  const holder = await page.context().newPage()
  // Any file of the same origin, in which there is no store.
  await holder.goto('/store/color-scheme.js')
  await holder.evaluate(`new Promise((held) => {
    void navigator.locks.request('unicorn-store.intent.${buyer}', () => new Promise(() => held()))
  })`)
  return {
    /** Until so many are waiting for it. */
    waiting: (many: number) =>
      expect.poll(() => holder.evaluate('navigator.locks.query().then(({ pending }) => pending.length)')).toBe(many),
    release: () => holder.close(),
  }
}
