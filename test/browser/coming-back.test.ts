import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { saving } from '#test/support/campaign-pages.ts'

const PHONE = { width: 360, height: 740 }

test.for([
  ['/purchases?status=zzz', 'Nothing bought yet'],
  ['/points?days=zzz&lots=zzz', 'Expires next'],
  ['/operations?panel=zzz', 'Nothing to do'],
  ['/operations?panel=&user=zzz', 'Nothing to do'],
  ['/campaigns/none?tab=zzz&client=zzz&days=zzz', 'There is no campaign with this name'],
  ['/new-campaign?from=zzz&to=zzz', 'No errors found'],
  ['/?zzz=zzz', 'Quick Buy'],
] as const)('an address with values that nobody knows leads somewhere: %s', async ([path, seen], { world, visit }) => {
  const { buyer } = await makeBuyer(world)
  const page = await visit({ as: buyer, path, viewport: PHONE, expected: [/404/] })
  await page.getByRole('main').getByText(seen, { exact: false }).first().waitFor()
  await expectAccessible(page)
})

test('a page whose code did not come is there by itself once the line is back', async ({ world, visit }) => {
  const { buyer } = await makeBuyer(world)
  const page = await visit({ as: buyer, expected: [/ERR_INTERNET_DISCONNECTED/, /dynamically imported module/] })
  await page.getByRole('article').first().waitFor()
  await page.context().setOffline(true)
  await page.getByRole('link', { name: 'Campaigns' }).click()
  await page.getByText('The store cannot be reached').waitFor()
  await page.context().setOffline(false)
  await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor()
  await page.getByText('The store cannot be reached').waitFor({ state: 'hidden' })
})

describe('the timeline', () => {
  test('shows the step that refused, and why', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { balance: 100 })
    const page = await visit({ as: buyer, viewport: PHONE })
    await quickBuy(page, name).click()
    const steps = purchaseDialog(page).getByRole('list', { name: 'What happened' })
    await steps.getByText('Refused').waitFor()
    const texts = await steps.getByRole('listitem').allInnerTexts()
    const at = texts.findIndex((text) => text.includes('Wallet not charged'))
    expect(texts[at]).toContain('not enough money')
    expect(texts[at - 1]).toContain('Stock reserved')
    expect(texts.findIndex((text) => text.includes('Undoing the order'))).toBeGreaterThan(at)
    await expectFits(page)
  })
})

test('campaigns of all clients are found, and are changed under their own client', async ({ world, visit }) => {
  const { buyer } = await makeBuyer(world)
  for (const client of ['UnicornStore', 'ReviewSite']) {
    const campaign = { client, campaign_name: 'same name', rules: [giving('1')] }
    expect((await world.api.post('/campaigns', campaign)).status).toBe(201)
  }
  const page = await visit({ as: buyer, path: '/campaigns', viewport: PHONE })
  await page.getByRole('article', { name: 'Campaign same name' }).nth(1).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  await page
    .getByRole('article', { name: 'Campaign same name' })
    .filter({ hasText: 'reviewsite' })
    .getByRole('link', { name: 'same name' })
    .click()
  await page.getByText('A campaign of reviewsite.', { exact: false }).waitFor()
  await page.reload()
  await page.getByText('No errors found').waitFor()
  await page.getByRole('textbox', { name: 'Budget' }).fill('50')
  await page.getByRole('button', { name: 'Save' }).click()
  await saving(page).getByText('Saved as version 2.').waitFor()
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('none → at most 50 points', { exact: false }).waitFor()
  const { items } = (await world.api.get('/campaigns')).body
  const caps = items
    .filter((item: { campaign_name: string }) => item.campaign_name === 'same name')
    .map((item: { client: string; cap_total_points: number | null }) => [item.client, item.cap_total_points])
  expect(new Map(caps)).toEqual(
    new Map([
      ['UnicornStore', null],
      ['reviewsite', 50],
    ]),
  )
})
