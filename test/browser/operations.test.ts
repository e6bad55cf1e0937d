import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { recordExternalEvent } from '#db/awards.ts'
import { recordOutcome } from '#db/purchases.ts'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { type BrowserWorld, test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { failing } from '#test/support/faults.ts'

type Customer = Awaited<ReturnType<typeof makeBuyer>>

const PHONE = { width: 360, height: 740 }

function orderOf(world: BrowserWorld, { buyer, product }: Customer): Promise<string> {
  return world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
}

/** A sale whose points could not be booked for ten minutes. */
async function park(world: BrowserWorld, customer: Customer): Promise<string> {
  const purchaseId = await orderOf(world, customer)
  await world.shop.confirm(purchaseId)
  await parkAward(world.shop.points, { purchaseId }, 'unavailable')
  await recordOutcome(world.shop.sql, purchaseId, { status: 'completed' })
  return purchaseId
}

/** A purchase that is refused, and cannot give its stock back until it is let. */
async function holdUndo(world: BrowserWorld, customer: Customer) {
  const purchaseId = await orderOf(world, customer)
  world.faults.on(purchaseId, 'releaseStock', { before: failing(1e6) })
  await world.start(purchaseId)
  return { purchaseId, letGo: () => world.faults.on(purchaseId, 'releaseStock', {}) }
}

const rowOf = (page: Page, name: string) => page.getByRole('row', { name })
const inBar = (page: Page, user: string, balance: string) =>
  page.getByRole('button', { name: `${user} Balance ${balance}` }).waitFor()

test('where nothing waits, that is said', async ({ world, visit }) => {
  const { buyer } = await makeBuyer(world)
  const page = await visit({ as: buyer, path: '/operations', viewport: PHONE })
  await page.getByRole('heading', { name: 'Nothing to do' }).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  await page.getByRole('tab', { name: 'Being undone' }).click()
  await page.getByText('No purchase is being undone.').waitFor()
})

describe('a parked award', () => {
  test('is shown with whose it is, what it came to and why, and booked at a click', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    await park(world, customer)
    const page = await visit({ as: customer.buyer, path: '/operations' })
    await page.getByRole('tab', { name: 'Points waiting (1)' }).waitFor()
    const award = page.getByRole('article').filter({ hasText: `170 points for ${customer.buyer}` })
    await award.getByText('The points ledger could not be reached for ten minutes.').waitFor()
    await award.getByText('Campaign 1 awarded 170 points').waitFor()
    await expectAccessible(page)
    await award.getByRole('button', { name: 'Retry' }).click()
    await page.getByRole('status').getByText(`${customer.buyer} got 170 points.`).waitFor()
    await award.waitFor({ state: 'detached' })
    expect((await world.api.get(`/points?account_id=${customer.buyer}`)).body.balance).toBe(170)
  })

  test('is dismissed with a reason, after which its purchase says that the points will not come', async ({
    world,
    visit,
  }) => {
    const customer = await makeBuyer(world)
    const purchaseId = await park(world, customer)
    const page = await visit({ as: customer.buyer, path: '/operations' })
    const award = page.getByRole('article').filter({ hasText: `170 points for ${customer.buyer}` })
    await award.getByRole('button', { name: /^Dismiss/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Dismiss these points' })
    await expectAccessible(page)
    await dialog.getByLabel('Reason').fill('Settled by letter')
    await dialog.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('status').getByText(`${customer.buyer} will not get these points.`).waitFor()
    await award.waitFor({ state: 'detached' })
    expect((await world.api.get(`/points?account_id=${customer.buyer}`)).body.balance).toBe(0)
    await page.goto(new URL(`/store/purchases/${purchaseId}`, page.url()).href)
    await page.getByText('The points could not be issued, and an operator has dismissed them.').waitFor()
  })

  test('of an event of another system leads to the campaigns of that system, not to those of the store', async ({
    world,
    visit,
  }) => {
    const { buyer } = await makeBuyer(world)
    const stars = {
      campaign_name: 'stars',
      rules: [giving('$.stars*2', { variable: '$.stars', rule: 'numeric_greater_than', value: 0 })],
    }
    await world.api.post('/campaigns', { ...stars, client: 'reviewsite', event_types: ['Review'] })
    const rules = [giving('1', { variable: '$.username', rule: 'string_equals', value: 'nobody' })]
    await world.api.post('/campaigns', { campaign_name: 'stars', rules })
    const eventId = crypto.randomUUID()
    const event = {
      eventId,
      type: 'Review',
      client: 'reviewsite',
      username: buyer,
      payload: { stars: 4 },
      actor: 'demo',
    }
    await recordExternalEvent(world.shop.sql, { scope: 'reviewsite', key: eventId, requestHash: '' }, event)
    await parkAward(world.shop.points, { eventId }, 'unavailable')
    const page = await visit({ as: buyer, path: '/operations' })
    const award = page.getByRole('article').filter({ hasText: `8 points for ${buyer}` })
    await award.getByText(`It came from reviewsite, as event ${eventId}.`, { exact: false }).waitFor()
    await award.getByRole('link', { name: 'stars' }).click()
    await page.getByText('$.stars*2').first().waitFor()
    expect(new URL(page.url()).searchParams.get('client')).toBe('reviewsite')
  })

  test('leads to its purchase, which says whether the points will follow', async ({ world, visit }) => {
    const customer = await makeBuyer(world)
    const purchaseId = await park(world, customer)
    const page = await visit({ as: customer.buyer, path: '/operations', viewport: PHONE })
    await expectFits(page)
    const award = page.getByRole('article').filter({ hasText: `170 points for ${customer.buyer}` })
    await award.getByRole('link', { name: 'See the purchase' }).click()
    await page.getByText('The points for this purchase will be issued later, by an operator.').waitFor()
    await world.api.call('POST', `/purchases/${purchaseId}/refund`)
    await page.reload()
    await page
      .getByText('The points had not been issued when the purchase was refunded, and will not be issued.')
      .waitFor()
  })
})

test('a purchase that cannot be undone is shown with what it waits for, and ended at a click', async ({
  world,
  visit,
}) => {
  const customer = await makeBuyer(world, { balance: 100_000 })
  const { purchaseId, letGo } = await holdUndo(world, customer)
  const page = await visit({ as: customer.buyer, path: '/operations?panel=undoing' })
  const waiting = page.getByRole('article').filter({ hasText: `${customer.name} for ${customer.buyer}` })
  await waiting.getByText('Refused: $700.00 missing.').waitFor()
  await waiting.getByText(/Next: Releasing the stock, attempt \d+\. Under way for \d+ seconds?, since/).waitFor()
  await expectAccessible(page)
  const tried = world.faults.attempts(purchaseId, 'releaseStock')
  await waiting.getByRole('button', { name: 'Try now' }).click()
  await expect.poll(() => world.faults.attempts(purchaseId, 'releaseStock')).toBeGreaterThan(tried)
  letGo()
  await page.getByRole('status').getByText('The purchase is refused.').waitFor()
  await waiting.waitFor({ state: 'detached' })
  expect(await world.shop.stock(customer.product)).toEqual({ onHand: 4, reserved: 0 })
})

describe('the stock', () => {
  test('is adjusted with a reason, and the shop has it', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=stock', viewport: PHONE })
    await rowOf(page, name).getByRole('button', { name: 'Adjust stock' }).click()
    const dialog = page.getByRole('dialog', { name: `Adjust the stock of ${name}` })
    await dialog.getByLabel('Quantity').fill('10')
    await dialog.getByLabel('Reason').fill('Delivery 4711')
    await dialog.getByText('4 can be bought now, and 14 afterwards.').waitFor()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Adjust stock' }).click()
    await page.getByText(`14 of ${name} can be bought now.`).waitFor()
    await expectFits(page)
    await page.goto('/store/')
    await page.getByRole('article', { name, exact: true }).getByText('14 in stock').waitFor()
    const [movement] = await world.shop.sql`
      select m.quantity, t.content as note from stock_movements m join texts t on t.id = m.note_id
      where m.product_id = ${product} order by m.id desc limit 1`
    expect(movement).toEqual({ quantity: 10, note: 'Delivery 4711' })
  })

  test('cannot lose what is not there, and says how much is', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=stock', expected: [/status of 409/] })
    await rowOf(page, name).getByRole('button', { name: 'Adjust stock' }).click()
    await page.getByLabel('Quantity').fill('-5')
    await page.getByText('4 can be bought now, and no more than that can be removed.').waitFor()
    await page.getByLabel('Reason').fill('Ran away')
    await page.getByRole('dialog').getByRole('button', { name: 'Adjust stock' }).click()
    await page.getByRole('alert').getByText('At most 4 can be removed.').waitFor()
    await expectAccessible(page)
    expect(await world.shop.stock(product)).toEqual({ onHand: 4, reserved: 0 })
  })

  test('has prices that can be changed, and says at its field what is wrong', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=stock', expected: [/status of 400/] })
    await rowOf(page, name).getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog', { name: `Edit ${name}` })
    await dialog.getByLabel('Price').fill('1800.5')
    await dialog.getByLabel('Picture').fill('nonsense')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('It must be a path on this server or an http(s) address.').waitFor()
    await expectAccessible(page)
    await dialog.getByLabel('Picture').fill('https://elsewhere.example/unicorn.svg')
    await dialog
      .getByRole('status')
      .getByText('The store does not show pictures from other servers', { exact: false })
      .waitFor()
    await dialog.getByLabel('Picture').fill('')
    await dialog.getByText('A path on this server. Without a picture, the store shows a unicorn.').waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await rowOf(page, name).getByText('$1,800.50').waitFor()
  })

  test('has categories and tags, which are typed as words, shown with the product, and in its history', async ({
    world,
    visit,
  }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=stock', viewport: PHONE })
    await rowOf(page, name).getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog', { name: `Edit ${name}` })
    await dialog.getByLabel('Categories').fill('unicorns, Rideable')
    await dialog.getByText('“Rideable” cannot be used', { exact: false }).waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByLabel('Categories').fill('unicorns, rideable')
    await dialog.getByLabel('Tags').fill(' summer ')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await rowOf(page, name).getByText('unicorns · rideable · summer').waitFor()
    await expectFits(page)
    expect((await world.api.get(`/products/${product}`)).body).toMatchObject({
      categories: ['unicorns', 'rideable'],
      tags: ['summer'],
    })
    await rowOf(page, name).getByRole('button', { name: 'History' }).click()
    await page.getByText('Categories: none → unicorns rideable').waitFor()
  })

  test('takes a new product, which is for sale then', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=stock' })
    await page.getByRole('button', { name: 'Add a product' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a product' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Unicorn Moon')
    await dialog.getByLabel('Description').fill('Shines by night.')
    await dialog.getByLabel('Price').fill('2400')
    await dialog.getByLabel('Units in stock').fill('3')
    await dialog.getByLabel('Categories').fill('unicorns')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await rowOf(page, 'Unicorn Moon').getByText('$2,400.00').waitFor()
    await rowOf(page, 'Unicorn Moon').getByText('unicorns', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Buy', exact: true }).click()
    await page.getByRole('article', { name: 'Unicorn Moon' }).getByText('3 left').waitFor()
  })
})

describe('users', () => {
  test('are topped up, which shows in the bar and in the wallet', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=users', viewport: PHONE })
    await inBar(page, buyer, '$3,300.00')
    await page.getByLabel('Find by name').fill(buyer)
    await rowOf(page, `${buyer} `).getByRole('button', { name: 'Top up' }).click()
    await page.getByRole('dialog').getByLabel('Amount').fill('99.5')
    await page.getByRole('dialog').getByRole('button', { name: 'Top up' }).click()
    await page.getByText(`${buyer} has $3,399.50 now.`).waitFor()
    await inBar(page, buyer, '$3,399.50')
    await page.getByRole('link', { name: `Wallet of ${buyer}`, exact: true }).click()
    const wallet = page.getByRole('dialog', { name: `Wallet of ${buyer}` })
    await wallet.getByText('+$99.50').waitFor()
    await expectAccessible(page)
    // A page has one of these at most, which is the bar of the store.
    expect(await wallet.getByRole('banner').count()).toBe(0)
    await expectFits(page)
    await page.reload()
    await wallet.getByText('Topped up').waitFor()
  })

  test('have wallets that list purchases and refunds, and lead to them', async ({ world, visit }) => {
    const { buyer, product } = await makeBuyer(world)
    const order = { userId: buyer, productId: product, quantity: 1 }
    const { purchaseId } = (await world.api.post('/purchase', order)).body
    await world.api.call('POST', `/purchases/${purchaseId}/refund`)
    const page = await visit({ as: buyer, path: '/operations' })
    await page.goto(`/store/operations?panel=users&user=${buyer}`)
    const wallet = page.getByRole('dialog', { name: `Wallet of ${buyer}` })
    await wallet.getByText('Refund of a purchase').waitFor()
    await wallet.getByText('−$1,700.00').waitFor()
    await wallet.getByRole('link', { name: 'See the purchase' }).first().click()
    await page.getByText('$1,700.00 was refunded.').waitFor()
  })

  test('are added, and can be chosen then', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=users', expected: [/status of 409/] })
    await page.getByRole('button', { name: 'Add a user' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a user' })
    await dialog.getByRole('textbox', { name: 'Name' }).fill(buyer)
    await dialog.getByLabel('Opening balance').fill('50')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog.getByText('A user of this name exists already').waitFor()
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`${buyer}-twin`)
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByText(`${buyer}-twin can buy for $50.00.`).waitFor()
    await page.getByRole('button', { name: `${buyer} Balance` }).click()
    await page.getByRole('option', { name: `${buyer}-twin` }).waitFor()
  })

  test('have tags, which operators give and take away, and which a rule looks at', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=users', viewport: PHONE })
    const tag = async (words: string) => {
      await page.getByRole('button', { name: `Tags of ${buyer}` }).click()
      const dialog = page.getByRole('dialog', { name: `Tags of ${buyer}` })
      await dialog.getByLabel('Tags').fill(words)
      await expectAccessible(page)
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    await tag('vip rider')
    await rowOf(page, buyer).getByText('vip · rider').waitFor()
    await expectFits(page)
    const rules = [giving('7', { variable: '$.customer.tags[0]', rule: 'string_equals', value: 'vip' })]
    const simulate = async () =>
      (await world.api.post('/campaigns/simulate', { event: { username: buyer }, rules })).body
    expect((await simulate()).points).toBe(7)
    await tag('')
    await rowOf(page, buyer).getByText('vip').waitFor({ state: 'detached' })
    expect((await simulate()).points).toBe(0)
  })

  test('are erased after it was said what goes and what stays; their purchases are of an erased user then', async ({
    world,
    visit,
  }) => {
    const { buyer, product } = await makeBuyer(world)
    const gone = `leaver-${crypto.randomUUID().slice(0, 8)}`
    const { id } = (await world.api.post('/users', { username: gone, balance: 2_000 })).body
    const { body } = await world.api.post('/purchase', { userId: gone, productId: product, quantity: 1 })
    const path = '/operations?panel=users'
    const page = await visit({ as: buyer, path, viewport: PHONE, expected: [/status of 40[49]/] })
    await page.getByLabel('Find by name').fill(gone)
    await page.getByRole('button', { name: `Erase ${gone}` }).click()
    const dialog = page.getByRole('dialog', { name: `Erase ${gone}` })
    await dialog.getByText('This cannot be taken back.').waitFor()
    await dialog.getByText('stay in the books').waitFor()
    const erase = dialog.getByRole('button', { name: 'Erase for good' })
    await erase.click()
    await dialog.getByText('Pay it out first, or give it up.').waitFor()
    await expectAccessible(page)
    await expectFits(page)
    await dialog.getByLabel('Give up the $300.00 and the 170 points that are left').check()
    await erase.click()
    await page.getByText('Nothing says any more who it was.').waitFor()
    await page.getByText('No user has this name').waitFor()
    await page.goto(`/store/purchases/${body.purchaseId}`)
    await page.getByText(`Ordered by erased user ${id}`).waitFor()
    await expectFits(page)
  })

  test('whose name has points already get them only if that is wanted, of each name anew', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const early = `${buyer}-early`
    for (const [account_id, amount] of [
      [early, 70],
      [`${early}-2`, 5],
    ])
      await world.api.post('/points', { account_id, amount })
    const page = await visit({
      as: buyer,
      path: '/operations?panel=users',
      viewport: PHONE,
      expected: [/status of 409/],
    })
    await page.getByRole('button', { name: 'Add a user' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a user' })
    const name = dialog.getByRole('textbox', { name: 'Name' })
    const add = dialog.getByRole('button', { name: 'Add' })
    const takeOver = dialog.getByRole('checkbox')
    await name.fill(`${early}-2`)
    await add.click()
    await dialog.getByLabel('Take over the 5 points of this name').check()
    // Another name is another decision.
    await name.fill(early)
    await takeOver.waitFor({ state: 'detached' })
    await add.click()
    await dialog.getByText('Choose another name, or take its points over.').waitFor()
    expect(await takeOver.isChecked()).toBe(false)
    await expectAccessible(page)
    await expectFits(page)
    await dialog.getByLabel('Take over the 70 points of this name').check()
    await add.click()
    await page.getByText(`${early} can buy for $0.00.`).waitFor()
    expect((await world.api.get(`/points?account_id=${early}`)).body.balance).toBe(70)
    expect((await world.api.get(`/users/balance/${early}-2`)).status).toBe(404)
  })
})
