import type { Page } from 'playwright-core'
import { describe, expect, inject } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { type BrowserWorld, test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { failing } from '#test/support/faults.ts'
import { tabOnto } from '#test/support/hands.ts'

type Customer = Awaited<ReturnType<typeof makeBuyer>>

const PHONE = { width: 360, height: 740 }

async function buy(world: BrowserWorld, { buyer, product }: Customer, more: object = {}): Promise<string> {
  const order = { userId: buyer, productId: product, quantity: 1, ...more }
  return (await world.api.post('/purchase', order)).body.purchaseId
}

/** A purchase that gets no further than the step that charges the wallet, until it is let go on. */
async function holdAtCharge(world: BrowserWorld, { buyer, product }: Customer) {
  const purchaseId = await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
  world.faults.on(purchaseId, 'chargeWallet', { before: failing(1e6) })
  await world.start(purchaseId)
  return { purchaseId, goOn: () => world.faults.on(purchaseId, 'chargeWallet', {}) }
}

const timeline = (page: Page) => page.getByRole('list', { name: 'What happened' })
const cards = (page: Page) => page.getByRole('list', { name: 'Purchases' }).getByRole('article')

describe('the history', () => {
  test('has what was bought, newest first, and its outcome', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    await buy(world, customer)
    await buy(world, customer, { quantity: 5 })
    const page = await visit({ as: customer.buyer, path: '/purchases' })
    await page.getByRole('heading', { name: 'Purchases' }).waitFor()
    await cards(page).nth(1).waitFor()
    const [newest, oldest] = await cards(page).allInnerTexts()
    expect(newest).toContain(`5 × ${customer.name}`)
    expect(newest).toContain('Refused')
    expect(newest).toContain('3 left, you asked for 5')
    expect(oldest).toContain('Completed')
    expect(oldest).toContain('$1,700.00')
    expect(oldest).toContain('+170 points')
    await expectAccessible(page)
  })

  test('is narrowed to a status, which its address keeps', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    await buy(world, customer)
    await buy(world, customer, { quantity: 5 })
    const page = await visit({ as: customer.buyer, path: '/purchases' })
    await page.getByLabel('Show').selectOption('Refused')
    await expect.poll(() => cards(page).count()).toBe(1)
    await page.reload()
    await cards(page).getByText('Refused').waitFor()
    expect(await page.getByLabel('Show').inputValue()).toBe('refused')
    await page.getByLabel('Show').selectOption('Refunded')
    await page.getByRole('heading', { name: 'No purchase is “Refunded”' }).waitFor()
    await page.getByRole('link', { name: 'Show all purchases' }).click()
    await expect.poll(() => cards(page).count()).toBe(2)
  })

  test('comes page after page', async ({ world, visit }) => {
    const customer = await makeBuyer(world, { price: 1_000, stock: 50 })
    await Promise.all(Array.from({ length: 21 }, () => buy(world, customer)))
    const page = await visit({ as: customer.buyer, path: '/purchases' })
    await expect.poll(() => cards(page).count()).toBe(20)
    await page.getByRole('button', { name: 'Show more purchases' }).press('Enter')
    await page.getByText('That is all: 21 purchases.').and(page.locator(':focus')).waitFor()
    expect(await cards(page).count()).toBe(21)
  })

  test('shows what is under way as it goes on', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const { goOn } = await holdAtCharge(world, customer)
    const page = await visit({ as: customer.buyer, path: '/purchases' })
    await cards(page).getByText('Under way').waitFor()
    goOn()
    await cards(page).getByText('Completed').waitFor()
  })

  test('of somebody who has bought nothing says where to begin', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/purchases', viewport: PHONE })
    await page.getByRole('heading', { name: 'Nothing bought yet' }).waitFor()
    await expectFits(page)
    await page.getByRole('link', { name: 'Go to the unicorns' }).click()
    await page.getByRole('heading', { name: 'Buy Unicorns' }).waitFor()
  })
})

describe('a purchase', () => {
  test('has a page with its timeline, prices, points and who gave them, which can be shared', async ({
    world,
    visit,
  }) => {
    const customer = await makeBuyer(world)
    await world.api.post('/points', { account_id: customer.buyer, amount: 500 })
    const purchaseId = await buy(world, customer, { redeemPoints: 500 })
    const page = await visit({ as: customer.buyer, path: '/purchases', viewport: PHONE })
    await page.getByRole('link', { name: customer.name }).click()
    await page.getByText('$1,650.00 and 500 points paid, 165 points earned.').waitFor()
    expect(new URL(page.url()).pathname).toBe(`/store/purchases/${purchaseId}`)
    for (const text of ['Stock reserved', 'Points spent', 'Wallet charged', 'Sale confirmed', 'Points earned']) {
      await timeline(page).getByText(text).waitFor()
    }
    const earned = page.getByRole('region', { name: 'Points earned' })
    await earned.getByText('Campaign 1 awarded 165 points').waitFor()
    await earned.getByText('Rule 1 awarded 165').waitFor()
    await expectFits(page)
    await expectAccessible(page)
    await page.reload()
    await page.getByRole('region', { name: 'Order' }).getByText('Paid with 500 points').waitFor()
  })

  test('is shown live, and undone when it is cancelled in time', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const { purchaseId, goOn } = await holdAtCharge(world, customer)
    const page = await visit({ as: customer.buyer, path: `/purchases/${purchaseId}` })
    await timeline(page).getByText('Charging the wallet …').waitFor()
    await page.getByRole('button', { name: 'Cancel this purchase' }).click()
    await timeline(page).getByText('Cancellation requested').waitFor()
    goOn()
    await page.getByText('Nothing was bought, and the order was undone.').waitFor()
    await timeline(page).getByText('Stock released').waitFor()
    expect(await world.shop.balance(customer.buyer)).toBe(330_000)
    await expectAccessible(page)
  })

  test('shows what had to be tried again, while it is and ever after', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const { purchaseId, goOn } = await holdAtCharge(world, customer)
    const page = await visit({ as: customer.buyer, path: `/purchases/${purchaseId}` })
    await timeline(page).getByText('Wallet not charged yet, tried again').first().waitFor()
    await timeline(page).getByText('attempt 4').waitFor()
    await timeline(page).getByText('Charging the wallet …').waitFor()
    await expectAccessible(page)
    goOn()
    await timeline(page).getByText('Wallet charged').waitFor()
    await page.reload()
    await timeline(page).getByText('attempt 4').waitFor()
  })

  test('leads to its workflow in the Web UI, in a tab of its own, where there is one', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const purchaseId = await buy(world, customer)
    await world.api.call('POST', `/purchases/${purchaseId}/refund`)
    const temporalUi = { url: 'http://127.0.0.1:8233', namespace: 'default' }
    const { url } = await world.serve({ storeDir: inject('storeDir'), temporalUi })
    const page = await visit({ as: customer.buyer, path: `/purchases/${purchaseId}`, url })
    const link = page.getByRole('link', { name: 'Workflow of its refund (opens in a new tab)' })
    const at = `http://127.0.0.1:8233/namespaces/default/workflows/refund-${purchaseId}`
    await link.waitFor()
    expect([await link.getAttribute('href'), await link.getAttribute('rel')]).toEqual([at, 'noopener'])
  })

  test('that does not exist leads back to those that do', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const path = `/purchases/${crypto.randomUUID()}`
    const page = await visit({ as: buyer, path, expected: [/status of 404/] })
    await page.getByRole('heading', { name: 'There is no such purchase' }).waitFor()
    await page.getByRole('link', { name: 'All purchases' }).click()
    await page.getByRole('heading', { name: 'Nothing bought yet' }).waitFor()
  })
})

describe('a refund', () => {
  test('says what it gives back before and after, and works without a mouse', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    await world.api.post('/points', { account_id: customer.buyer, amount: 500 })
    const purchaseId = await buy(world, customer, { redeemPoints: 500 })
    const page = await visit({ as: customer.buyer, path: `/purchases/${purchaseId}`, colorScheme: 'dark' })
    // A page that was just opened has no focus yet, which could be lost.
    await page.keyboard.press('Tab')
    await tabOnto(page.getByRole('button', { name: 'Refund …' }))
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Refund this purchase?' })
    await dialog.getByText('$1,650.00').waitFor()
    await dialog.getByText('+500 points').waitFor()
    await dialog.getByText('−165 points').waitFor()
    await expectAccessible(page)
    await tabOnto(dialog.getByRole('button', { name: 'Refund it' }))
    await page.keyboard.press('Enter')
    await page.getByText('$1,650.00 and 500 points were refunded.').waitFor()
    const givenBack = page.getByRole('region', { name: 'Refund' })
    await givenBack.getByText('+500 points').waitFor()
    const earned = page.getByRole('region', { name: 'Points earned' })
    await earned.getByText('The points were taken back with the refund.').waitFor()
    await timeline(page).getByText('Stock returned').waitFor()
    // Each thing that came back has its own line; none of what was paid is crossed out, as if it had never been.
    expect(await timeline(page).getByText('(taken back)').count()).toBe(0)
    await page.getByRole('button', { name: `${customer.buyer} Balance $3,300.00` }).waitFor()
    await expectAccessible(page)
    expect(await world.shop.stock(customer.product)).toEqual({ onHand: 4, reserved: 0 })
  })

  test('keeps the value of earned points that are spent, and says so first', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const purchaseId = await buy(world, customer)
    await world.api.post('/points/redemptions', { account_id: customer.buyer, amount: 50 })
    const page = await visit({ as: customer.buyer, path: `/purchases/${purchaseId}`, viewport: PHONE })
    await page.getByRole('button', { name: 'Refund …' }).click()
    const dialog = page.getByRole('dialog', { name: 'Refund this purchase?' })
    const givenBack = page.getByRole('region', { name: 'Refund' })
    await dialog.getByText('$1,695.00').waitFor()
    await expectFits(page)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Refund it' }).click()
    await page.getByText('$1,695.00 was refunded.').waitFor()
    for (const words of [
      '$1,695.00',
      'Withheld for spent points',
      '$5.00',
      '−120 points',
      '50 points cannot be taken back',
    ]) {
      await givenBack.getByText(words).first().waitFor()
    }
    expect(await world.shop.balance(customer.buyer)).toBe(329_500)
  })

  test('that nobody confirms gives nothing back', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const purchaseId = await buy(world, customer)
    const page = await visit({ as: customer.buyer, path: `/purchases/${purchaseId}` })
    await page.getByRole('button', { name: 'Refund …' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect((await world.api.get(`/purchases/${purchaseId}`)).body.status).toBe('completed')
  })
})
