import type { Page } from 'playwright-core'
import { beforeEach, describe, expect } from 'vitest'
import { createPointsLedger } from '#ledger/ledger.ts'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test as inBrowser } from '#test/support/browser-world.ts'
import { quickBuy } from '#test/support/buyer.ts'
import { commandOf } from '#test/support/points-ledger.ts'

let run = 0
let product: string
let member: string

beforeEach(() => {
  run += 1
  product = `unicorn-${run}`
  member = `member-${run}`
})

/** Also books points at another time, as if that were now. */
const test = inBrowser.extend('book', ({ world }) => {
  return async (at: string, command: Parameters<typeof commandOf>[0]) => {
    const ledger = createPointsLedger(world.shop.sql, { clock: async () => at })
    const answer = await ledger.execute({ accountId: await world.shop.addUser(member), ...commandOf(command) })
    expect(answer).toMatchObject({ ok: true })
  }
})

const section = (page: Page, name: string) => page.getByRole('region', { name })
const rows = (page: Page, table: string) => page.getByRole('table', { name: table }).getByRole('row')
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const days = 'Points by day, newest first'
const statement = 'Statement, newest first'
const lots = 'Batches of points, newest first'

describe('a purchase', () => {
  test('brings its points: what they are worth, until when, and what they are for', async ({ world, visit }) => {
    await world.shop.addProduct({ id: product, priceMinor: 170_000, stock: 4 })
    await world.shop.addWallet({ username: member, balanceMinor: 330_000 })
    const page = await visit({ as: member, path: '/points' })
    await page.getByRole('heading', { name: 'No points yet' }).waitFor()
    await page.getByRole('link', { name: 'Go to the unicorns' }).click()
    await quickBuy(page, `Product ${product}`).click()
    await page.getByRole('heading', { name: 'It is yours' }).waitFor()
    await page.getByRole('button', { name: 'Keep shopping' }).click()
    await page.getByRole('link', { name: 'Points', exact: true }).click()

    await section(page, 'Available').getByText('170 points').waitFor()
    await section(page, 'Available').getByText('Worth $17.00 at checkout').waitFor()
    await section(page, 'Expires next').getByText('170 points').waitFor()
    await rows(page, days)
      .filter({ hasText: member })
      .filter({ hasText: '170' })
      .filter({ hasText: 'Active' })
      .waitFor()
    const entry = rows(page, statement).filter({ hasText: 'Earned with a purchase' })
    await entry.getByRole('cell', { name: '+170' }).waitFor()
    await entry.getByText('By campaign “1”').waitFor()
    await entry.getByRole('link', { name: 'See the purchase' }).click()
    await page.waitForURL(/\/store\/purchases\/[0-9a-f-]{36}$/)
  })

  test('that is made elsewhere is seen on a page that is open', async ({ world, visit }) => {
    await world.api.post('/points', { account_id: member, amount: 40 })
    await world.shop.addWallet({ username: member, balanceMinor: 0 })
    const page = await visit({ as: member, path: '/points' })
    await section(page, 'Available').getByText('40 points').waitFor()
    await world.api.post('/points', { account_id: member, amount: 2 })
    await section(page, 'Available').getByText('42 points').waitFor()
    await rows(page, statement).filter({ hasText: '+2' }).waitFor()
  })
})

describe('what expires', () => {
  test('is shown with its last day, and what has expired is shown as such', async ({ world, visit, book }) => {
    await world.shop.addWallet({ username: member, balanceMinor: 0 })
    await book('2024-05-01T12:00:00.000Z', { type: 'issue', amount: 30, ttlDays: 1 })
    await book('2025-01-01T12:00:00.000Z', { type: 'issue', amount: 500, ttlDays: 36_000 })
    await book('2025-01-03T12:00:00.000Z', { type: 'issue', amount: 70, ttlDays: 30_000 })
    const page = await visit({ as: member, path: '/points' })
    await section(page, 'Available').getByText('570 points').waitFor()
    await section(page, 'Expires next').getByText('70 points').waitFor()
    await section(page, 'Expires next').getByText('22 Feb 2107').waitFor()

    await page.getByRole('radiogroup', { name: 'Days to list' }).getByText('Expired').click()
    await expect.poll(() => rows(page, days).count()).toBe(2)
    const [expired] = await rows(page, days).filter({ hasText: '1 May 2024' }).allInnerTexts()
    expect(expired).toMatch(/30\s+Expired/)
    await page.reload()
    await expect.poll(() => rows(page, days).count()).toBe(2)
  })
})

describe('the statement', () => {
  test('shows in words what went where when a purchase is refunded', async ({ world, visit }) => {
    await world.shop.addProduct({ id: product, priceMinor: 170_000, stock: 4 })
    await world.shop.addWallet({ username: member, balanceMinor: 330_000 })
    await world.api.post('/points', { account_id: member, amount: 100 })
    const order = { userId: member, productId: product, quantity: 1, redeemPoints: 100 }
    const { purchaseId } = (await world.api.post('/purchase', order)).body
    await world.api.call('POST', `/purchases/${purchaseId}/refund`)
    const page = await visit({ as: member, path: '/points' })
    for (const [what, change] of [
      ['Given by the store', '+100'],
      ['Paid for a purchase', '−100'],
      ['Earned with a purchase', '+169'],
      ['Taken back with a refund', '−169'],
      ['Returned', '+100'],
    ] as const) {
      await rows(page, statement).filter({ hasText: what }).getByRole('cell', { name: change }).waitFor()
    }
  })

  test('goes back page by page to the beginning', async ({ world, visit }) => {
    await world.shop.addWallet({ username: member, balanceMinor: 0 })
    for (let amount = 1; amount <= 25; amount++) await world.api.post('/points', { account_id: member, amount })
    const page = await visit({ as: member, path: '/points' })
    await page.getByText('The first 10 entries are shown.').waitFor()
    const older = page.getByRole('button', { name: 'Show more entries' })
    await older.click()
    await page.getByText('The first 20 entries are shown.').waitFor()
    await older.click()
    await page.getByText('That is all: 25 entries.').waitFor()
    expect(await rows(page, statement).count()).toBe(26)
  })
})

describe('lots', () => {
  test('are there on demand, with what is left of each, and the used ones when asked for', async ({
    world,
    visit,
    book,
  }) => {
    await world.shop.addWallet({ username: member, balanceMinor: 0 })
    await book('2025-01-01T12:00:00.000Z', { type: 'issue', amount: 50, ttlDays: 30_000 })
    await book('2025-01-02T12:00:00.000Z', { type: 'issue', amount: 80, ttlDays: 36_000 })
    await world.api.call('DELETE', '/points', { body: { account_id: member, amount: 60 } })
    const page = await visit({ as: member, path: '/points' })
    await page.getByRole('button', { name: 'Show batches' }).click()
    await rows(page, lots).filter({ hasText: '70 of 80' }).waitFor()
    expect(await rows(page, lots).count()).toBe(2)
    await page.getByRole('checkbox', { name: 'Include batches with nothing left' }).check()
    await rows(page, lots).filter({ hasText: '0 of 50' }).waitFor()
    await page.getByRole('button', { name: 'Hide batches' }).click()
    await page.getByRole('table', { name: lots }).waitFor({ state: 'detached' })
  })
})

describe('many days', () => {
  test('stay readable: a bar for several, a table that grows on demand, and arrow keys to go along', async ({
    world,
    visit,
    book,
  }) => {
    await world.shop.addWallet({ username: member, balanceMinor: 0 })
    for (let day = 1_000; day > 0; day--) await book(daysAgo(day), { type: 'issue', amount: 1, ttlDays: 36_000 })
    const page = await visit({ as: member, path: '/points' })
    await page.getByText('8 of 1,000 days').waitFor()
    await page.getByRole('button', { name: 'Show more days' }).click()
    await page.getByText('58 of 1,000 days').waitFor()
    const chart = page.getByRole('application', { name: /^Points by month of issue/ })
    await chart.focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('status').filter({ hasText: 'points left to spend' }).waitFor()
  })
})

describe('on any screen', () => {
  test.for([
    ['a wide one', { viewport: { width: 1280, height: 800 } }],
    ['a wide one in the dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
    ['a phone', { viewport: { width: 360, height: 740 } }],
    ['a phone in the dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
  ] as const)('%s, everybody can read it', async ([, screen], { world, visit, book }) => {
    await world.shop.addWallet({ username: member, balanceMinor: 0 })
    await book('2024-05-01T12:00:00.000Z', { type: 'issue', amount: 30, ttlDays: 1 })
    await world.api.post('/points', { account_id: member, amount: 1_234_567 })
    const page = await visit({ as: member, path: '/points?lots=all', reducedMotion: 'reduce', ...screen })
    await page.getByRole('application', { name: /^Points by month/ }).waitFor()
    await rows(page, statement).filter({ hasText: '+1,234,567' }).waitFor()
    await rows(page, lots).filter({ hasText: '30 of 30' }).waitFor()
    await expectFits(page)
    await expectAccessible(page)
  })
})
