import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'
import { tabOnto } from '#test/support/hands.ts'

describe('buying', () => {
  test('with Quick Buy shows what happened, what it earned, and what is left', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await quickBuy(page, name).click()

    const dialog = purchaseDialog(page)
    await dialog.getByRole('heading', { name: 'It is yours' }).waitFor()
    await dialog.getByText('You paid $1,700.00. $1,600.00 is left in your wallet.').waitFor()
    await dialog.getByText('You earned 170 points by campaign “1”').waitFor()
    const steps = await dialog.getByRole('list', { name: 'What happened' }).getByRole('listitem').allInnerTexts()
    expect(steps.map((step) => step.split('\n')[0])).toEqual([
      'Order received',
      'Stock reserved$1,700.00',
      'Wallet charged$1,700.00',
      'Sale confirmed',
      'Points earned170 points',
      'Completed',
    ])
    await dialog.getByRole('button', { name: 'Keep shopping' }).click()
    await page.getByRole('button', { name: `${buyer} Balance $1,600.00` }).waitFor()
    await page.getByRole('article', { name }).getByText('3 left').waitFor()
  })

  test('leads to the purchase', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByRole('link', { name: 'See the purchase' }).click()
    await page.waitForURL(/\/store\/purchases\/[0-9a-f-]{36}$/)
  })

  test('of several products at once goes through the cart, which is kept over a reload', async ({ world, visit }) => {
    const first = await makeBuyer(world)
    const second = await makeBuyer(world, { price: 1_050 })
    const page = await visit({ as: first.buyer })
    await page.getByRole('button', { name: `Add ${first.name} to the cart` }).click()
    const quantity = page.getByRole('textbox', { name: `Quantity of ${second.name}`, exact: true })
    await quantity.fill('3')
    await page.getByRole('button', { name: `Add ${second.name} to the cart` }).click()

    await page.reload()
    const cart = page.getByRole('complementary', { name: 'Your cart' })
    await cart.getByText('You earn 173 points by campaign “1”').waitFor()
    await cart.getByRole('button', { name: 'Buy for $1,731.50' }).click()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    await purchaseDialog(page).getByText(`3 × ${second.name}`).waitFor()
    await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    await cart.getByText('There is nothing in it yet').waitFor()
    expect(await world.shop.stock(second.product)).toEqual({ onHand: 1, reserved: 0 })
  })

  test('with points pays what they are worth, and earns for the rest', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    await world.shop.addProduct({ id: `${product}-b`, priceMinor: 100_000, stock: 1 })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name}-b to the cart` }).click()

    const cart = page.getByRole('complementary', { name: 'Your cart' })
    await cart.getByText('You earn 100 points').waitFor()
    await cart.getByRole('slider', { name: 'Pay with points' }).press('End')
    await cart.getByText('170 points save $17.00.').waitFor()
    await cart.getByText('You earn 98 points').waitFor()
    await cart.getByRole('button', { name: 'Buy for $983.00' }).click()
    await purchaseDialog(page).getByText('You paid $983.00 and 170 points.').waitFor()
    await purchaseDialog(page).getByText('You earned 98 points').waitFor()
    const { body } = await world.api.get(`/points?account_id=${buyer}`)
    expect(body.balance).toBe(98)
  })

  test('works by keyboard alone', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000 })
    const page = await visit({ as: buyer })
    // A page that was just opened has no focus yet, which could be lost.
    await page.keyboard.press('Tab')
    await tabOnto(page.getByRole('textbox', { name: `Quantity of ${name}` }))
    await page.keyboard.press('ArrowUp')
    await tabOnto(page.getByRole('button', { name: `Quick Buy for $20.00: ${name}` }))
    await page.keyboard.press('Enter')
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    await tabOnto(purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }))
    await page.keyboard.press('Enter')
    await purchaseDialog(page).waitFor({ state: 'hidden' })
    expect(await purchasesOf(world, buyer)).toMatchObject([{ status: 'completed', total: 20 }])
    // One is where one was, not at the top of the page.
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toMatch(/Quick Buy/)
  })
})

describe('a click', () => {
  test('counts once, and so do two', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000 })
    const page = await visit({ as: buyer })
    await quickBuy(page, name).dblclick()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test('counts once even where two are faster than the page', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000 })
    const page = await visit({ as: buyer })
    await quickBuy(page, name).focus()
    await page.evaluate('document.activeElement.click(); document.activeElement.click()')
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test('after the end of a purchase buys again', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000 })
    const page = await visit({ as: buyer })
    for (let time = 1; time <= 2; time++) {
      await quickBuy(page, name).click()
      await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    }
    expect(await purchasesOf(world, buyer)).toHaveLength(2)
  })
})

describe('slow motion', () => {
  test('shows one step after the other, which Temporal draws', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.getByRole('switch', { name: 'Slow motion' }).check()
    await expectAccessible(page)
    await quickBuy(page, name).click()
    for (const seen of ['Stock reserved', 'Wallet charged', 'Sale confirmed', 'Points earned'])
      await purchaseDialog(page).getByText(seen).waitFor()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    const [bought] = await purchasesOf(world, buyer)
    const { events } = await world.client.workflow.getHandle(`purchase-${bought?.purchaseId}`).fetchHistory()
    expect(events?.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes)).toHaveLength(4)
  })
})

describe('the page', () => {
  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('is accessible and fits, %s and %i wide', async ([colorScheme, width], { world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, colorScheme, viewport: { width, height: 740 } })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    if (width === 360) await page.getByRole('button', { name: 'Your cart: 1 item' }).click()
    await page.getByText('You earn 170 points').waitFor()
    await expectAccessible(page)
    await expectFits(page)

    await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).click()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    await expectAccessible(page)
    await expectFits(page)
  })
  test.for([360, 1280, 1440])('shows a price of five digits whole, %i wide', async (width, { world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 219_900, stock: 900 })
    const page = await visit({ as: buyer, viewport: { width, height: 740 } })
    await page.getByRole('textbox', { name: `Quantity of ${name}`, exact: true }).fill('6')
    await page.getByText('Quick Buy for $13,194.00', { exact: true }).waitFor()
    await expectFits(page)
  })
})
