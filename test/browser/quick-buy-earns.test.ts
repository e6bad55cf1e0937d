import type { Page, Request } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { answer500 } from '#test/support/broken-answers.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'
import { forProduct, makeCampaign } from '#test/support/campaign-pages.ts'

const card = (page: Page, name: string) => page.getByRole('article', { name, exact: true })
const quantityOf = (page: Page, name: string) => page.getByRole('textbox', { name: `Quantity of ${name}`, exact: true })
const heightOf = async (page: Page, name: string) => (await card(page, name).boundingBox())?.height

function isQuoteOf(product: string) {
  return (request: Request) =>
    request.url().endsWith('/purchase/quote') && request.postDataJSON().lines[0].productId === product
}

describe('a card shows the points of a Quick Buy before the click', () => {
  test('by the campaigns of now, for as many as are wanted, and to those who do not see it', async ({
    world,
    visit,
  }) => {
    const { buyer, product, name } = await makeBuyer(world, { balance: 1_000_000 })
    await makeCampaign(world, { rules: [forProduct(product, '5')], cap_points_per_customer: 5 })
    const page = await visit({ as: buyer, viewport: { width: 360, height: 740 } })
    await card(page, name).getByText('Earns 175 points').waitFor()
    await card(page, name)
      .getByRole('button', { name: `Quantity of ${name}: one more` })
      .click()
    await card(page, name).getByText('Earns 345 points').waitFor()
    await card(page, name)
      .getByRole('button', { name: `Quick Buy for $3,400.00: ${name}`, description: 'Earns 345 points' })
      .waitFor()
    await expectAccessible(page)
    await expectFits(page)

    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('You earned 345 points').waitFor()
    await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    // The campaign has given this buyer all that it gives to one.
    await card(page, name).getByText('Earns 340 points').waitFor()
  })

  test('and never those of another quantity', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await card(page, name).getByText('Earns 170 points').waitFor()
    const height = await heightOf(page, name)
    const answers = Promise.withResolvers<void>()
    await page.route('**/purchase/quote', async (route) => {
      await answers.promise
      await route.continue()
    })
    const asked = page.waitForRequest(isQuoteOf(product))
    await quantityOf(page, name).fill('2')
    await asked
    expect(await card(page, name).getByText('Earns').count()).toBe(0)
    expect(await heightOf(page, name)).toBe(height)
    answers.resolve()
    await card(page, name).getByText('Earns 340 points').waitFor()
    expect(await heightOf(page, name)).toBe(height)
  })

  test('and nothing where it earns nothing, or nobody knows', async ({ world, visit }) => {
    const cheap = await makeBuyer(world, { price: 100 })
    const broken = await makeBuyer(world)
    const soldOut = await makeBuyer(world, { stock: 0 })
    const page = await visit({ as: cheap.buyer, expected: [/500/] })
    await page.route('**/purchase/quote', async (route) => {
      if (!isQuoteOf(broken.product)(route.request())) return route.continue()
      return answer500(route)
    })
    const asked = new Set<string>()
    page.on('requestfinished', (request) => {
      for (const { product } of [cheap, broken, soldOut]) if (isQuoteOf(product)(request)) asked.add(product)
    })
    await page.reload()
    for (const { name } of [cheap, broken, soldOut]) {
      await card(page, name).scrollIntoViewIfNeeded()
      await card(page, name).getByText(name).waitFor()
    }
    await expect.poll(() => [...asked].toSorted()).toEqual([cheap.product, broken.product])
    for (const { name } of [cheap, broken, soldOut]) {
      expect(await card(page, name).getByText('Earns').count()).toBe(0)
    }
  })

  test('once it is in sight', async ({ world, visit }) => {
    const made = []
    for (let count = 0; count < 9; count++) made.push(await makeBuyer(world))
    const last = made[made.length - 1] ?? expect.unreachable()
    const page = await visit({ as: last.buyer, viewport: { width: 360, height: 740 } })
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/purchase/quote')) asked.push(request.postDataJSON().lines[0].productId)
    })
    await page.reload()
    await page.getByText('Earns').first().waitFor()
    expect(asked).not.toContain(last.product)
    await card(page, last.name).scrollIntoViewIfNeeded()
    await card(page, last.name).getByText('Earns 170 points').waitFor()
    expect(new Set(asked).size).toBeLessThan(made.length)
  })
})
