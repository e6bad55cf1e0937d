import { describe, expect } from 'vitest'
import { expectAccessible } from '#test/support/accessibility.ts'
import { type BrowserWorld, test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import {
  forProduct,
  makeCampaign,
  rulesEditor,
  saving,
  showJson,
  storedCampaign,
} from '#test/support/campaign-pages.ts'

describe('the preview', () => {
  test('shows what past purchases would have earned, rule by rule, and saves nothing', async ({ world, visit }) => {
    const { buyer, product } = await makeBuyer(world, { balance: 1_000_000 })
    const name = await makeCampaign(world)
    for (const quantity of [1, 1]) await world.api.post('/purchase', { userId: buyer, productId: product, quantity })
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await showJson(page)
    await rulesEditor(page).fill(JSON.stringify([forProduct(product, '$.amount / 8'), forProduct(product, '$.colour')]))
    await page.getByRole('button', { name: 'Run preview' }).click()

    // Twice 212.5, each rounded half to even.
    await page.getByRole('status', { name: 'Preview' }).getByText('It would have awarded 424 points.').waitFor()
    const progress = page.getByRole('progressbar', { name: 'Progress of the preview' })
    expect(await progress.getAttribute('aria-valuenow')).toBe('100')
    const byRule = page.getByRole('region', { name: 'By rule' })
    const [rule] = await byRule.getByRole('row', { name: '12.5 % of what is paid' }).allInnerTexts()
    expect(rule).toMatch(/\t2\t0\t0\t425$/)
    await byRule.getByText('Not evaluated because $.colour is not in the event').waitFor()
    const purchases = page.getByRole('region', { name: 'Purchases and events' }).getByRole('row', { name: buyer })
    const [first, ...others] = await purchases.allInnerTexts()
    expect(others).toHaveLength(1)
    expect(first).toMatch(/\t212\t170\t.*Rule 1 awards 212\.5.*could not be evaluated/s)

    await saving(page).getByText('There are unsaved changes.').waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1 })
  })

  test('compares a draft with the saved version, in points and in money, and shows what differs', async ({
    world,
    visit,
  }) => {
    const { buyer, product } = await makeBuyer(world, { balance: 1_000_000 })
    for (const quantity of [1, 2]) await world.api.post('/purchase', { userId: buyer, productId: product, quantity })
    const lines = { variable: '@.productId', rule: 'in', value: [product] }
    const rule = { lines, action: { command: 'issue', formula: '$.matched.total * 10 / 100' } }
    const name = await makeCampaign(world, { rules: [rule], status: 'draft' })
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByRole('textbox', { name: 'Percent' }).fill('15')
    await page.getByRole('button', { name: 'Add a condition' }).click()
    await page.getByRole('menuitem', { name: 'Pieces of these products' }).click()
    await page.getByRole('textbox', { name: 'Pieces of these products' }).fill('2')
    await page.getByText('No errors found').waitFor()
    await page.getByRole('button', { name: 'Run preview' }).click()
    // 170 and 340 by the saved version; nothing and 510 by the draft.
    await page.getByRole('status', { name: 'Preview' }).getByText('It would have awarded 510 points.').waitFor()
    const figures = await page.locator('dl').filter({ hasText: 'By the saved version' }).allInnerTexts()
    expect(figures.join()).toMatch(
      /Would have awarded\s+510 points worth \$51\.00\s+By the saved version\s+510 points worth \$51\.00\s+Difference\s+None/,
    )
    const differing = page.getByRole('region', { name: 'What differs' })
    await differing.getByText('2 purchases and events would have earned more or less', { exact: false }).waitFor()
    const rows = await differing.getByRole('row', { name: buyer }).allInnerTexts()
    expect(rows.map((row) => row.split('\t').slice(-3)).sort()).toEqual([
      ['170', '0', '−170'],
      ['340', '510', '+170'],
    ])
    await expectAccessible(page)
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1 })
  })

  test('of a campaign that has not begun leaves its schedule aside, unless one chooses otherwise', async ({
    world,
    visit,
  }) => {
    const { buyer, product } = await makeBuyer(world)
    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    const name = await makeCampaign(world, { rules: [forProduct(product, '9')], starts_at: '2099-01-01T00:00:00Z' })
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByText('the campaign has not started', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'Run preview' }).click()
    const shown = page.getByRole('status', { name: 'Preview' })
    await shown.getByText('It would have awarded 9 points.').waitFor()

    await page.getByRole('switch', { name: 'Ignore the schedule' }).click()
    await page.getByRole('button', { name: 'Run again' }).click()
    await shown.getByText('It would have awarded 0 points.').waitFor()
  })

  test('goes as far back as its address says, also for somebody else', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const name = await makeCampaign(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, timezoneId: 'Europe/Berlin' })
    await page.getByRole('radio', { name: '7 days' }).press('Space')
    await page.waitForURL('**?days=7')
    await page.reload()
    await expect.poll(() => page.getByRole('radio', { name: '7 days' }).isChecked()).toBe(true)

    await page.getByText('Custom dates').click()
    await page.getByLabel('From', { exact: true }).fill('2026-01-31T12:00')
    await page.getByLabel('To', { exact: true }).fill('2026-02-01T00:30')
    await page.waitForURL(/to=/)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByText('Created by demo').waitFor()
    await page.getByRole('tab', { name: 'Rules and settings' }).click()
    await page.waitForURL(/^[^?]*\?from=[^&]*&to=[^&]*$/)
    const { pathname, search } = new URL(page.url())
    const path = `${pathname.replace('/store', '')}${search}`
    const elsewhere = await visit({ as: buyer, path, timezoneId: 'America/New_York' })
    expect(await elsewhere.getByLabel('From', { exact: true }).inputValue()).toBe('2026-01-31T06:00')
    expect(await elsewhere.getByLabel('To', { exact: true }).inputValue()).toBe('2026-01-31T18:30')
  })

  test('is cancelled at a click', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const name = await makeCampaign(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByText('No errors found').waitFor()
    await whileThePastIsLocked(world, async () => {
      await page.getByRole('button', { name: 'Run preview' }).click()
      await page.getByText('Evaluating past purchases and events …').waitFor()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('status', { name: 'Preview' }).getByText('Cancelled.').waitFor()
    })
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.getByRole('status', { name: 'Preview' }).getByText('It would have awarded').waitFor()
  })

  test('leaves the focus on the button that started it, which does nothing meanwhile', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const name = await makeCampaign(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByText('No errors found').waitFor()
    await whileThePastIsLocked(world, async () => {
      await page.getByRole('button', { name: 'Run preview' }).press('Enter')
      await page.getByRole('button', { name: 'Cancel' }).waitFor()
      await page.getByRole('button', { name: 'Run again', disabled: true }).and(page.locator(':focus')).waitFor()
      await expect.poll(() => waitingForThePast(world)).toBe(1)
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Cancel' }).waitFor()
      await expectAccessible(page)
      expect(await waitingForThePast(world)).toBe(1)
    })
    await page.getByRole('status', { name: 'Preview' }).getByText('It would have awarded').waitFor()
  })

  test('says when others are at it, and can be tried again', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const name = await makeCampaign(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: [/status of 429/] })
    await page.getByText('No errors found').waitFor()
    let others: Promise<unknown> = Promise.resolve()
    await whileThePastIsLocked(world, async () => {
      const backtest = () => world.store.post('/campaigns/backtest', { from: '2020-01-01T00:00:00Z' })
      others = Promise.all([backtest(), backtest()])
      await expect.poll(() => waitingForThePast(world)).toBeGreaterThanOrEqual(2)
      await page.getByRole('button', { name: 'Run preview' }).click()
      await page.getByText('Too many previews are running').waitFor()
    })
    await others
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('status', { name: 'Preview' }).getByText('It would have awarded').waitFor()
  })
})

/** Keeps backtests from getting on, as a very long past would. */
async function whileThePastIsLocked(world: BrowserWorld, work: () => Promise<void>): Promise<void> {
  await world.shop.asOwner((owner) =>
    owner.begin(async (tx) => {
      await tx`lock table purchases in access exclusive mode`
      await work()
    }),
  )
}

/** How many are kept waiting by that. */
async function waitingForThePast(world: BrowserWorld): Promise<number> {
  const [row] = await world.shop.sql<{ count: number }[]>`
    select count(*)::int as count from pg_locks
    where relation = 'purchases'::regclass and not granted`
  return row?.count ?? 0
}
