import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { parkAward } from '#activities/points.ts'
import { recordOutcome } from '#db/purchases.ts'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { type BrowserWorld, test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { failing } from '#test/support/faults.ts'
import { AUTH, bearer } from '#test/support/tokens.ts'

/** Operators see who did what, in plain words, wherever it is shown. */

const OLGA = await bearer('olga', { roles: ['operator'] })
const PARTNER = await bearer('partner', { roles: ['service'], clients: ['reviewsite'] })
const PHONE = { width: 360, height: 740 }

/** The same shop as the store's, for people with tokens and names. */
async function withNames(world: BrowserWorld) {
  const api = await world.serve({ auth: AUTH })
  for (const headers of [OLGA, PARTNER]) await api.call('GET', '/me', { headers })
  await world.shop.asOwner((owner) => owner`update users set display_name = subject where subject is not null`)
  return api
}

async function see(page: Page, path: string, ...texts: string[]): Promise<void> {
  await page.goto(new URL(`/store${path}`, page.url()).href)
  for (const text of texts) await page.getByText(text, { exact: false }).first().waitFor()
  await expectAccessible(page)
}

test('of a purchase: who ordered, repaired and refunded it', async ({ world, visit }) => {
  const { buyer, product } = await makeBuyer(world)
  const api = await withNames(world)
  const order = { userId: buyer, productId: product, quantity: 1 }
  const { body } = await api.post('/purchase', order, { headers: PARTNER })
  await api.call('POST', `/purchases/${body.purchaseId}/refund`, { headers: OLGA })
  const page = await visit({ as: buyer, viewport: PHONE })
  await see(page, `/purchases/${body.purchaseId}`, 'by the service partner', 'by operator olga')
  const timeline = page.getByRole('list', { name: 'What happened' })
  const rows = await timeline.getByRole('listitem').allTextContents()
  expect(rows[0]).toMatch(/^Order received.*by the service partner/)
  expect(rows.find((row) => row.startsWith('Refund requested'))).toContain('by operator olga')
  await expectFits(page)

  const stuck = await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
  world.faults.on(stuck, 'releaseStock', { before: failing(1e6) })
  const impatient = await world.serve({ auth: AUTH, purchaseWaitMs: 0 })
  await impatient.call('POST', `/purchases/${stuck}/cancel`, { headers: OLGA })
  await expect.poll(async () => (await world.shop.purchase(stuck)).status).toBe('compensating')
  await impatient.call('POST', `/operations/purchases/${stuck}/repair`, { headers: OLGA })
  await see(page, '/operations?panel=undoing', 'Last tried by operator olga')
  await see(page, `/purchases/${stuck}`, 'Cancellation requested', 'Repair requested')
  const all = (await timeline.getByRole('listitem').allTextContents()).join('\n')
  expect(all).toMatch(/Cancellation requested.*by operator olga/)
  expect(all).toMatch(/Repair requested.*by operator olga/)
  world.faults.on(stuck, 'releaseStock', {})
  await api.call('POST', `/operations/purchases/${stuck}/repair`, { headers: OLGA })
})

test('of points: who gave them, and who retried and dismissed those that wait', async ({ world, visit }) => {
  const { buyer, product } = await makeBuyer(world)
  const api = await withNames(world)
  await api.post('/points', { account_id: buyer, amount: 5 }, { headers: PARTNER })
  const page = await visit({ as: buyer })
  await see(page, '/points', 'Given by the store', 'By the service partner.')

  const waiting = await world.shop.order({ username: buyer, lines: [{ productId: product, quantity: 1 }] })
  await world.shop.confirm(waiting)
  await parkAward(world.shop.points, { purchaseId: waiting }, 'unavailable')
  await recordOutcome(world.shop.sql, waiting, { status: 'completed' })
  world.faults.on(waiting, 'awardPoints', { before: failing(1e6) })
  const impatient = await world.serve({ auth: AUTH, purchaseWaitMs: 0 })
  await impatient.call('POST', `/operations/parked/${waiting}/retry`, { headers: OLGA })
  await see(page, '/operations', `170 points for ${buyer}`, 'Last retried by operator olga')
  await api.post(`/operations/parked/${waiting}/dismissal`, { reason: 'Settled by letter' }, { headers: OLGA })
  await page.getByRole('button', { name: 'Retry' }).click()
  await page.getByRole('status').getByText('dismissed by operator olga: Settled by letter').waitFor()
  await see(page, `/purchases/${waiting}`, 'Points dismissed', 'by operator olga')
  world.faults.on(waiting, 'awardPoints', {})
})

test('of wallets, products and campaigns: who changed them', async ({ world, visit }) => {
  const { buyer, product, name } = await makeBuyer(world)
  const api = await withNames(world)
  await api.post(`/users/${buyer}/top-ups`, { amount: 1 }, { headers: OLGA })
  const change = { headers: { ...OLGA, 'If-Match': '*' } }
  await api.call('PATCH', `/products/${product}`, { ...change, body: { price: 1_800 } })
  await api.call('PATCH', '/campaigns/1', { ...change, body: { status: 'inactive' } })
  const page = await visit({ as: buyer, viewport: PHONE })
  await see(page, `/operations?panel=users&user=${buyer}`, 'Topped up', 'by operator olga')
  await see(page, '/campaigns/1?tab=history', 'Changed by operator olga')
  await see(page, '/operations?panel=stock')
  await page.getByRole('button', { name: `History: ${name}` }).click()
  const dialog = page.getByRole('dialog', { name: `History of ${name}` })
  await dialog.getByText('Changed by operator olga').waitFor()
  await dialog.getByText('Price: $1,700.00 → $1,800.00').waitFor()
  await dialog.getByText('Added with the sample data').waitFor()
  await expectAccessible(page)
  await expectFits(page)
})
