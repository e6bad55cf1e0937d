import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, quickBuy } from '#test/support/buyer.ts'
import { forProduct, makeCampaign } from '#test/support/campaign-pages.ts'

const section = (page: Page, name: string) => page.getByRole('region', { name })
const rows = (page: Page, table: string) => page.getByRole('table', { name: table }).getByRole('row')

/** A day of the calendar in UTC that is so many days ahead, as the store writes it. */
function dayIn(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000)
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(date)
}

describe('points that wait', () => {
  test.for([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'are promised, shown with their day, and cannot be spent, %s and %i wide',
    async ([colorScheme, width], { world, visit }) => {
      const { buyer, product, name: productName } = await makeBuyer(world)
      const name = await makeCampaign(world, {
        rules: [forProduct(product, '50')],
        available_after_days: 14,
        expiry: { days: 30 },
      })
      const page = await visit({ as: buyer, colorScheme, viewport: { width, height: 740 } })
      const waiting = `50 of them can be spent from ${dayIn(14)}.`
      await quickBuy(page, productName).click()
      await page.getByRole('heading', { name: 'It is yours' }).waitFor()
      await page.getByText(`You earned 220 points by campaigns “1” and “${name}”. ${waiting}`).waitFor()
      await expectAccessible(page)

      await page.goto('/store/points')
      await section(page, 'Available').getByText('170 points').waitFor()
      await section(page, 'Pending').getByText('50 points').waitFor()
      await section(page, 'Pending')
        .getByText(`They can be spent from ${dayIn(14)}.`)
        .waitFor()
      await section(page, 'Expires next').getByText('50 points').waitFor()
      await section(page, 'Expires next').getByText(dayIn(43)).waitFor()
      const entry = rows(page, 'Statement, newest first').filter({ hasText: 'Earned with a purchase' })
      await entry.getByText(waiting, { exact: false }).waitFor()
      await page.getByRole('button', { name: 'Show batches' }).click()
      const batches = rows(page, 'Batches of points, newest first')
      const batch = batches.filter({ hasText: `By campaign “${name}”` })
      await batch
        .getByText(`Pending until ${dayIn(14)}`)
        .filter({ visible: true })
        .waitFor()
      await batches.filter({ hasText: 'By campaign “1”' }).getByText('Open').filter({ visible: true }).waitFor()
      await expectAccessible(page)
      await expectFits(page)

      await entry.getByRole('link', { name: 'See the purchase' }).click()
      await section(page, 'Points earned').getByText(waiting).waitFor()
      await expectFits(page)
    },
  )

  test('are there although they are all, and a refund takes them back whole', async ({ world, visit }) => {
    const { buyer, product } = await makeBuyer(world, { price: 5_000 })
    await makeCampaign(world, { rules: [forProduct(product, '50')], available_after_days: 14 })
    const { purchaseId } = (await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })).body
    const page = await visit({ as: buyer, path: '/points' })
    await section(page, 'Available').getByText('0 points').waitFor()
    await section(page, 'Pending').getByText('50 points').waitFor()
    expect(await section(page, 'Day by day').count()).toBe(0)

    expect((await world.api.call('POST', `/purchases/${purchaseId}/refund`)).status).toBe(200)
    await section(page, 'Pending').waitFor({ state: 'detached' })
    await rows(page, 'Statement, newest first').filter({ hasText: 'Taken back with a refund' }).waitFor()
    await page.getByRole('button', { name: 'Show batches' }).click()
    await page.getByText('Include batches with nothing left').click()
    await page.getByText('Taken back', { exact: true }).filter({ visible: true }).waitFor()
  })

  test('of several days are listed by day, the first three of them', async ({ world, visit }) => {
    const { buyer, product } = await makeBuyer(world, { price: 5_000 })
    for (const [days, points] of [
      [9, 1],
      [5, 20],
      [7, 300],
      [30, 40],
      [60, 2],
    ] as const)
      await makeCampaign(world, { rules: [forProduct(product, `${points}`)], available_after_days: days })
    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    const page = await visit({ as: buyer, path: '/points' })
    await section(page, 'Pending').getByText('363 points').waitFor()
    const days = page.getByRole('list', { name: 'When they can be spent' }).getByRole('listitem')
    expect(await days.allInnerTexts()).toEqual([
      `20 points from ${dayIn(5)}`,
      `300 points from ${dayIn(7)}`,
      `1 point from ${dayIn(9)}`,
      '42 points after that',
    ])
  })
})
