import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { makeCampaign } from '#test/support/campaign-pages.ts'

const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }

const addToCart = (page: Page, name: string) => page.getByRole('button', { name: `Add ${name} to the cart` }).click()

let twenty: string[] | undefined

async function twentyProducts(world: Parameters<typeof makeBuyer>[0]): Promise<string[]> {
  const names: string[] = []
  for (let line = 0; line < 20; line++) names.push((await makeBuyer(world, { price: 100 })).name)
  return names
}

describe('the button that buys', () => {
  test.for([
    ['a desktop', DESKTOP],
    ['a low window', { width: 1280, height: 520 }],
    ['a phone', PHONE],
  ] as const)('is within reach with twenty lines: %s', async ([, viewport], { world, visit }) => {
    const { buyer } = await makeBuyer(world)
    twenty ??= await twentyProducts(world)
    const names = twenty
    const page = await visit({ as: buyer, viewport })
    for (const name of names) await addToCart(page, name)
    if (viewport.width < 1_200) {
      await expectFits(page)
      await page.getByRole('button', { name: 'Your cart: 20 items' }).click()
    }
    const buy = page.getByRole('button', { name: 'Buy for $20.00' })
    await buy.waitFor()
    await page.evaluate('window.scrollTo(0, 0)')
    const box = await buy.boundingBox()
    expect(box).not.toBeNull()
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height)
    // Nothing covers it, and the last line can still be got at.
    await page.getByRole('button', { name: `Remove ${names.at(-1)} from the cart` }).click()
    await page.getByRole('button', { name: 'Buy for $19.00' }).click({ trial: true })
    await expectAccessible(page)
    await expectFits(page)
  })
})

test('the same cart earns the same, in whatever order it was filled', async ({ world, visit }) => {
  const first = await makeBuyer(world, { price: 1_000 })
  const second = await makeBuyer(world, { price: 1_000 })
  const ofFirstLine = { variable: '$.productId', rule: 'string_equals', value: first.product } as const
  await makeCampaign(world, { rules: [giving('77', ofFirstLine)] })
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, viewport: DESKTOP })
    for (const { name } of order) await addToCart(page, name)
    const cart = page.getByRole('complementary', { name: 'Your cart' })
    await cart.getByText('77 points').waitFor()
    await cart.getByRole('button', { name: 'Buy for $20.00', disabled: false }).click()
    await page.getByRole('dialog', { name: 'Your purchase' }).getByText('77 points').first().waitFor()
  }
})

test.for([DESKTOP, PHONE])('the bar shows the cart and the points, $width wide', async (viewport, { world, visit }) => {
  const { buyer, name } = await makeBuyer(world)
  await world.api.post('/points', { account_id: buyer, amount: 1_234_567 })
  const page = await visit({ as: buyer, viewport, path: '/purchases' })
  const bar = page.getByRole('banner')
  await bar.getByRole('link', { name: 'Your points: 1,234,567' }).waitFor()
  await bar.getByText('1,234,567').waitFor()
  await expectFits(page)
  await bar.getByRole('link', { name: 'In your cart: 0' }).click()
  await addToCart(page, name)
  await addToCart(page, name)
  await bar.getByRole('link', { name: 'In your cart: 2' }).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  const last = await page.getByRole('button', { name: /^Colours/ }).boundingBox()
  expect((last?.x ?? 9_999) + (last?.width ?? 0)).toBeLessThanOrEqual(viewport.width)
  await bar.getByRole('link', { name: 'Your points: 1,234,567' }).click()
  await page.getByRole('heading', { level: 1, name: 'Points' }).waitFor()
})
