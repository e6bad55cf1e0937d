import type { Locator, Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { doubleTheLetters, expectAccessible, expectFits, expectFocusOn } from '#test/support/accessibility.ts'
import { breakOff, loseTheAnswer } from '#test/support/broken-answers.ts'
import { type BrowserWorld, test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { inThePage, tabOnto } from '#test/support/hands.ts'

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Refund this purchase?' })
const quantityOf = (dialog: Locator, name: string) =>
  dialog.getByRole('textbox', { name: `Quantity of ${name} to refund`, exact: true })
const refundButton = (dialog: Locator, label: string) =>
  dialog.getByRole('button', { name: label, exact: true, disabled: false })
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const timeline = (page: Page) => page.getByRole('list', { name: 'What happened' })

async function openDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Refund …' }).click()
  return dialogOf(page)
}

/** Sums are shown for the choice that is made, and not any more for the one before it. */
async function see(where: Locator, ...texts: string[]): Promise<void> {
  for (const text of texts) await where.getByText(text, { exact: true }).first().waitFor()
}

/** Four of 100.00, one of 500.00 and two of 250.00, of which points pay a tenth; a tenth of the rest is earned. */
async function buyThreeThings(world: BrowserWorld) {
  const four = await makeBuyer(world, { price: 10_000, stock: 10 })
  const one = await makeBuyer(world, { price: 50_000, stock: 10 })
  const two = await makeBuyer(world, { price: 25_000, stock: 10 })
  const { buyer } = four
  await world.api.post('/points', { account_id: buyer, amount: 1_400 })
  const { body } = await world.api.post('/purchase', {
    userId: buyer,
    lines: [
      { productId: four.product, quantity: 4 },
      { productId: one.product, quantity: 1 },
      { productId: two.product, quantity: 2 },
    ],
    redeemPoints: 1_400,
  })
  expect(body).toMatchObject({ status: 'completed', amount: 1_260, pointsIssued: 126 })
  return { buyer, purchaseId: body.purchaseId as string, four, one, two }
}

/** Of one product, so many at 100.00 each. */
async function buySome(world: BrowserWorld, quantity = 4) {
  const customer = await makeBuyer(world, { price: 10_000, stock: 10 })
  const order = { userId: customer.buyer, productId: customer.product, quantity }
  const { body } = await world.api.post('/purchase', order)
  return { ...customer, purchaseId: body.purchaseId as string }
}

const refundsOf = async (world: BrowserWorld, purchaseId: string) =>
  (await world.api.get(`/purchases/${purchaseId}`)).body.refunds

describe('a purchase of three things, paid in part with points', () => {
  test('is given back by half, by a whole thing and to the end, and every number is right', async ({
    world,
    visit,
  }) => {
    const { buyer, purchaseId, four, one, two } = await buyThreeThings(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
    const balance = (amount: string) => page.getByRole('button', { name: `${buyer} Balance ${amount}` }).waitFor()
    await balance('$2,040.00')

    // Half of what there are four of.
    let dialog = await openDialog(page)
    await see(dialog, '$1,260.00', '+1,400 points', '−126 points', 'Refund 7 items')
    await quantityOf(dialog, one.name).fill('0')
    await quantityOf(dialog, two.name).fill('0')
    await see(dialog, '$360.00', '+400 points', '−36 points', 'Refund 4 items')
    await quantityOf(dialog, four.name).fill('2')
    await see(dialog, '$180.00', '+200 points', '−18 points')
    await expectAccessible(page)
    await refundButton(dialog, 'Refund 2 items').click()
    await page.getByText('Partly refunded: $180.00 and 200 points for 2 of 7 items.').waitFor()
    await balance('$2,220.00')
    await see(region(page, 'Refund'), `2 × ${four.name}`, '$180.00', '+200 points', '−18 points')
    await see(
      region(page, 'Points earned'),
      '108 points',
      'Of 126 points, for what was refunded: 18 points taken back.',
    )
    await see(region(page, 'Order'), '4 × $100.00, 2 of 4 refunded', '1 × $500.00', '2 × $250.00', '$1,260.00')
    await see(timeline(page), 'Refund requested', '2 items', 'Earned points taken back', 'Points returned')
    await see(timeline(page), 'Stock returned', 'Money returned', 'Partly refunded')
    expect(await timeline(page).getByText('(undone)').count()).toBe(0)
    await expectAccessible(page)

    // The one that costs most, as a whole.
    dialog = await openDialog(page)
    await see(dialog, '$1,080.00', '+1,200 points', '−108 points', 'Refund 5 items', '2 of 4 left, $100.00 each')
    await dialog.getByRole('button', { name: 'Choose none' }).click()
    await see(dialog, '$0.00', '0 points', 'Refund 0 items')
    expect(await dialog.getByRole('button', { name: 'Refund 0 items' }).isDisabled()).toBe(true)
    await dialog.getByRole('button', { name: `Quantity of ${one.name} to refund: one more` }).click()
    await see(dialog, '$450.00', '+500 points', '−45 points')
    await refundButton(dialog, 'Refund 1 item').click()
    await page.getByText('Partly refunded: $630.00 and 700 points for 3 of 7 items.').waitFor()
    await balance('$2,670.00')
    const refunds = region(page, 'Refunds')
    await see(refunds, 'Refund 1', 'Refund 2', one.name, '$450.00', '+500 points', '−45 points')
    await see(refunds, 'All refunds', '$630.00', '+700 points', '−63 points')
    await see(region(page, 'Points earned'), '63 points', 'Of 126 points, for what was refunded: 63 points taken back.')
    await see(region(page, 'Order'), '1 × $500.00, refunded')
    await see(timeline(page), 'Refund 2 requested', 'Refund 2: stock returned', 'Refund 2: money returned')
    await expectAccessible(page)

    await page.getByRole('link', { name: 'All purchases' }).click()
    const card = page.getByRole('list', { name: 'Purchases' }).getByRole('article')
    await see(card, 'Completed', '3 of 7 items refunded', '−700 points, +63 points', '$1,400.00')
    await expectAccessible(page)
    await card.getByRole('link').click()

    // And the rest.
    dialog = await openDialog(page)
    await see(dialog, '$630.00', '+700 points', '−63 points')
    await refundButton(dialog, 'Refund 4 items').click()
    await page.getByText('$1,260.00 and 1,400 points were refunded.').waitFor()
    await balance('$3,300.00')
    await see(refunds, 'Refund 3', `2 × ${four.name} and 2 × ${two.name}`, '$1,260.00', '+1,400 points', '−126 points')
    await see(region(page, 'Points earned'), 'The points were taken back with the refund.')
    await see(region(page, 'Order'), '4 × $100.00, 4 of 4 refunded', '2 × $250.00, 2 of 2 refunded')
    await see(timeline(page), 'Refund 3 requested', 'Refund 3: money returned', 'Refunded')
    expect(await page.getByRole('button', { name: 'Refund …' }).count()).toBe(0)
    expect((await world.api.get(`/points?account_id=${buyer}`)).body.balance).toBe(1_400)
    for (const { product } of [four, one, two])
      expect(await world.shop.stock(product)).toEqual({ onHand: 10, reserved: 0 })

    await page.getByRole('link', { name: 'All purchases' }).click()
    await see(card, 'Refunded')
    expect(await card.getByText('points').count()).toBe(0)
  })

  test('fits a phone, with names without an end and letters of twice the size', async ({ world, visit }) => {
    const { buyer, purchaseId, four, one } = await buyThreeThings(world)
    const name = 'Product-'.padEnd(95, 'looong')
    await world.api.call('PATCH', `/products/${four.product}`, { body: { name } })
    await world.api.post(`/purchases/${purchaseId}/refunds`, { lines: [{ productId: four.product, quantity: 1 }] })
    await world.api.post(`/purchases/${purchaseId}/refunds`, { lines: [{ productId: one.product, quantity: 1 }] })
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}`, viewport: { width: 320, height: 740 } })
    for (const larger of [async () => {}, doubleTheLetters]) {
      await larger(page)
      await region(page, 'Refunds').getByText('All refunds').waitFor()
      await expectFits(page)
      const dialog = await openDialog(page)
      await see(dialog, '$720.00', '+800 points', '−72 points')
      await expectFits(page)
      expect(await dialog.evaluate(inThePage('(dialog) => dialog.scrollWidth - dialog.clientWidth'))).toBe(0)
      await expectAccessible(page)
      await dialog.getByRole('button', { name: 'Keep it' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
  })
})

describe('the quantity that goes back', () => {
  test('is changed by keys alone, and the focus stays where the work is', async ({ world, visit }) => {
    const { buyer, name, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
    // A page that was just opened has no focus yet, which could be lost.
    await page.keyboard.press('Tab')
    await tabOnto(page.getByRole('button', { name: 'Refund …' }))
    await page.keyboard.press('Enter')
    const dialog = dialogOf(page)
    await see(dialog, '$400.00')
    await tabOnto(dialog.getByRole('button', { name: `Quantity of ${name} to refund: one less` }))
    for (let left = 4; left > 0; left--) await page.keyboard.press('Enter')
    await see(dialog, '$0.00')
    // At the end of it the button is still there, and has the focus.
    await page.keyboard.press('Enter')
    await tabOnto(quantityOf(dialog, name))
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key)
    await see(dialog, '$100.00')
    await tabOnto(refundButton(dialog, 'Refund 1 item'))
    await page.keyboard.press('Enter')
    await page.getByText('Partly refunded: $100.00 for 1 of 4 items.').waitFor()
    await expectFocusOn(page, /Completed|Refund …/)
  })

  test.for(['5', '1.5', '-1', 'two'])(
    'that is typed as “%s” stays so, and nothing goes back by it',
    async (typed, { world, visit }) => {
      const { buyer, name, purchaseId } = await buySome(world)
      const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
      const dialog = await openDialog(page)
      await refundButton(dialog, 'Refund 4 items').waitFor()
      await quantityOf(dialog, name).fill(typed)
      await dialog.getByRole('alert').getByText('Whole numbers from 0 to 4').waitFor()
      expect(await dialog.getByRole('button', { name: 'Refund 4 items' }).isDisabled()).toBe(true)
      expect(await quantityOf(dialog, name).inputValue()).toBe(typed)
      await expectAccessible(page)
      await quantityOf(dialog, name).fill('3')
      await refundButton(dialog, 'Refund 3 items').waitFor()
    },
  )

  test('is not chosen where only one piece is left', async ({ world, visit }) => {
    const { buyer, name, product, purchaseId } = await buySome(world)
    await world.api.post(`/purchases/${purchaseId}/refunds`, { lines: [{ productId: product, quantity: 3 }] })
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
    const dialog = await openDialog(page)
    await dialog.getByText(`${name} is returned to the store.`).waitFor()
    expect(await dialog.getByRole('textbox').count()).toBe(0)
    await see(dialog, '$100.00')
    await refundButton(dialog, 'Refund it').click()
    await page.getByText('$400.00 was refunded.').waitFor()
  })
})

describe('a refund happens once', () => {
  test('that is asked for twice by one hand, and in two tabs at once', async ({ world, visit }) => {
    const { buyer, name, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
    const other = await page.context().newPage()
    await other.goto(`/store/purchases/${purchaseId}`)
    const dialogs = [await openDialog(page), await openDialog(other)]
    for (const dialog of dialogs) {
      await quantityOf(dialog, name).fill('2')
      await refundButton(dialog, 'Refund 2 items').waitFor()
    }
    await Promise.all(dialogs.map((dialog) => refundButton(dialog, 'Refund 2 items').dblclick()))
    for (const tab of [page, other]) {
      await tab.getByText('Partly refunded: $200.00 for 2 of 4 items.').waitFor()
      await see(region(tab, 'Order'), '4 × $100.00, 2 of 4 refunded')
    }
    expect(await refundsOf(world, purchaseId)).toMatchObject([{ number: 1 }])
    expect(await world.shop.balance(buyer)).toBe(310_000)
  })

  test('since its dialog is gone at once, and cannot be clicked while it fades', async ({ world, visit }) => {
    const { buyer, name, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}`, reducedMotion: 'no-preference' })
    const dialog = await openDialog(page)
    await quantityOf(dialog, name).fill('2')
    const button = refundButton(dialog, 'Refund 2 items')
    await button.waitFor()
    // As soon as the page can take another click.
    const isThere = `async (button) => {
      button.click()
      await new Promise((next) => setTimeout(next))
      return button.isConnected
    }`
    expect(await button.evaluate(inThePage(isThere))).toBe(false)
    await page.getByText('Partly refunded: $200.00 for 2 of 4 items.').waitFor()
  })

  test('whose answer breaks off, and is asked for again', async ({ world, visit }) => {
    const { buyer, name, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
    const keys: (string | undefined)[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/refunds')) keys.push(request.headers()['idempotency-key'])
    })
    await page.route('**/refunds', breakOff, { times: 1 })
    const dialog = await openDialog(page)
    await quantityOf(dialog, name).fill('1')
    await refundButton(dialog, 'Refund 1 item').click()
    await expect.poll(() => keys.length).toBe(2)
    await page.getByText('Partly refunded: $100.00 for 1 of 4 items.').waitFor()
    expect(new Set(keys).size).toBe(1)
    expect(await refundsOf(world, purchaseId)).toMatchObject([{ number: 1 }])
  })

  test('whose answer never arrives, on a page that is loaded again', async ({ world, visit }) => {
    const { buyer, name, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}` })
    await page.route('**/refunds', loseTheAnswer)
    const dialog = await openDialog(page)
    await quantityOf(dialog, name).fill('3')
    await refundButton(dialog, 'Refund 3 items').click()
    // The purchase shows it, whatever has become of the answer.
    await page.getByText('Partly refunded: $300.00 for 3 of 4 items.').waitFor()
    await page.reload()
    await page.getByText('Partly refunded: $300.00 for 3 of 4 items.').waitFor()
    expect(await refundsOf(world, purchaseId)).toMatchObject([{ number: 1 }])
  })
})

describe('when somebody else was faster', () => {
  test('a refund of more than is left is refused, with what is left', async ({ world, visit }) => {
    const { buyer, name, product, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}`, expected: [/status of 409/] })
    const dialog = await openDialog(page)
    await refundButton(dialog, 'Refund 4 items').waitFor()
    await world.api.post(`/purchases/${purchaseId}/refunds`, { lines: [{ productId: product, quantity: 2 }] })
    await refundButton(dialog, 'Refund 4 items').click()
    const alert = page.getByRole('alert')
    await alert.getByText(`Some of it was refunded meanwhile. What is left of it: 2 × ${name}.`).waitFor()
    await page.getByText('Partly refunded: $200.00 for 2 of 4 items.').waitFor()
    await expectAccessible(page)
    await refundButton(await openDialog(page), 'Refund 2 items').click()
    await page.getByText('$400.00 was refunded.').waitFor()
    await alert.waitFor({ state: 'detached' })
  })

  test('the dialog says so, and goes on with what is left', async ({ world, visit }) => {
    const { buyer, name, product, purchaseId } = await buySome(world)
    const page = await visit({ as: buyer, path: `/purchases/${purchaseId}`, expected: [/status of 409/] })
    const dialog = await openDialog(page)
    await see(dialog, '$400.00')
    await world.api.post(`/purchases/${purchaseId}/refunds`, { lines: [{ productId: product, quantity: 2 }] })
    await quantityOf(dialog, name).fill('3')
    await dialog.getByText('Some of it was refunded meanwhile, perhaps in another tab.').waitFor()
    await see(dialog, '2 of 4 left, $100.00 each', '$200.00')
    expect(await quantityOf(dialog, name).inputValue()).toBe('2')
    await expectAccessible(page)
    await refundButton(dialog, 'Refund 2 items').click()
    await page.getByText('$400.00 was refunded.').waitFor()
  })
})
