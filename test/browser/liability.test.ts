import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { commandOf } from '#test/support/points-ledger.ts'

const PATH = '/operations?panel=liability'
const PHONE = { width: 360, height: 740 }

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const cells = (page: Page, table: string, row: string) =>
  page.getByRole('table', { name: table }).getByRole('row', { name: row }).getByRole('cell').allTextContents()

test('before anything has happened, the report says so', async ({ world, visit }) => {
  const buyer = await world.shop.addWallet({ balanceMinor: 100 })
  const page = await visit({ as: buyer, path: PATH, viewport: PHONE })
  await page.getByRole('heading', { name: 'Nothing had happened by then' }).waitFor()
  await expectAccessible(page)
  await expectFits(page)
})

test('operators see what is owed, by when it ends and by who gave it, and take it along as CSV', async ({
  world,
  visit,
}) => {
  const { buyer, product } = await makeBuyer(world)
  await world.api.post('/points', { account_id: buyer, amount: 50 })
  await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
  await world.api.post('/points/redemptions', { account_id: buyer, amount: 20 })
  const lot = { amount: 30, terms: { availableAfterDays: 20, ends: { days: 400 } } }
  const accountId = await world.shop.idOf(buyer)
  await world.shop.ledger.execute({ accountId, ...commandOf({ type: 'issue', amount: 30, lots: [lot] }) })
  for (const viewport of [{ width: 1_280, height: 900 }, PHONE]) {
    const page = await visit({ as: buyer, path: PATH, viewport })
    await section(page, 'Points').waitFor()
    expect(await cells(page, 'Points and what they are worth', 'Issued')).toEqual(['250', '$25.00'])
    expect(await cells(page, 'Points and what they are worth', 'Redeemed')).toEqual(['20', '$2.00'])
    expect((await cells(page, 'Open points by campaign, the most first', '1')).slice(-3)).toEqual([
      '170',
      '0',
      '$17.00',
    ])
    await section(page, 'Open points by expiry').getByRole('application').waitFor()
    await section(page, 'Open points by campaign').getByRole('application').waitFor()
    expect(await cells(page, 'Pending points by month', '20')).toEqual(['30', '$3.00'])
    await section(page, 'Deferred revenue').getByText('Still deferred').waitFor()
    await section(page, 'Breakage').getByText('Too few batches have ended to tell').waitFor()
    await expectAccessible(page)
    await expectFits(page)

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^points-liability-.*\.csv$/)
    expect(await readFile(await download.path(), 'utf8')).toMatch(/\r\n[\dT:.Z-]+,total,issued,,,250,25\.00,,USD\r\n/)
  }
})

test('an instant is chosen, and is in the address', async ({ world, visit }) => {
  const { buyer } = await makeBuyer(world)
  await world.api.post('/points', { account_id: buyer, amount: 50 })
  const page = await visit({ as: buyer, path: PATH, expected: [/status of 409/] })
  await section(page, 'Points').waitFor()
  await page.getByRole('button', { name: 'End of last month (UTC)' }).click()
  await page.getByRole('heading', { name: 'Nothing had happened by then' }).waitFor()
  expect(new URL(page.url()).searchParams.get('as_of')).toMatch(/T23:59:59\.999Z$/)
  await page.reload()
  await page.getByRole('heading', { name: 'Nothing had happened by then' }).waitFor()

  await page.getByLabel('As of').fill('2999-01-01T00:00')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByText('The instant is too recent to be reported').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Newest' }).click()
  await section(page, 'Points').waitFor()
})
