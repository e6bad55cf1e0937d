import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { counting, earned, field, type Lines, makeShop } from '#test/support/campaign-hands.ts'
import { saving, storedCampaign } from '#test/support/campaign-pages.ts'

type Cart = { of: Lines; by?: string; at?: string }

/** The next cart that is tried, and what it gives. */
async function expectGives(page: Page, points: string, { of, by = 'A new customer', at = '' }: Cart): Promise<void> {
  const cart = page.getByRole('list', { name: 'Cart' })
  const taken = cart.getByRole('button', { name: 'Take it out of the cart' })
  for (let left = await taken.count(); left > 0; left -= 1) await taken.last().click()
  await page.getByText('The result appears here', { exact: false }).waitFor()
  await field(page, 'Customer').click()
  await page.getByRole('option', { name: by, exact: true }).click()
  await page.getByLabel('Time of the purchase').fill(at)
  for (const [name, pieces] of of) {
    await page.getByRole('button', { name: 'Add a product' }).click()
    const line = cart.getByRole('listitem').last()
    await field(line, 'Product').click()
    await page.getByRole('option', { name, exact: true }).click()
    await line.getByRole('textbox', { name: 'Pieces' }).fill(String(pieces))
  }
  await page.getByRole('status', { name: 'Result for the cart' }).getByText(points, { exact: true }).waitFor()
}

/** Names the campaign, makes it active and creates it. */
async function create({ page, fill, tick, press }: ReturnType<typeof counting>, name: string): Promise<void> {
  await fill('Name', name)
  await tick('Active')
  await press('Create campaign')
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await page.getByText('Running', { exact: true }).waitFor()
}

const BERLIN = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'Europe/Berlin' })
const DAY_MS = 86_400_000

const SATURDAY = '2026-11-28T00:30'
const SUNDAY = '2026-11-29T23:30'
const MONDAY = '2026-11-30T00:30'

describe('by labels alone, somebody who knows no JSON', () => {
  test('gives points with the first purchase', async ({ world, visit }) => {
    const { air, kit, regular } = await makeShop(world)
    const hands = counting(await visit({ as: regular, path: '/new-campaign' }))
    await hands.press('First purchase')
    await hands.fill('Points', '150')
    await expectGives(hands.page, '150 points', { of: [[air, 1]] })
    await expectGives(hands.page, '150 points', {
      of: [
        [kit, 2],
        [air, 1],
      ],
    })
    await expectGives(hands.page, '0 points', { of: [[air, 1]], by: regular })
    await create(hands, `first of ${regular}`)
    expect(hands.clicks()).toBe(5)
    expect((await storedCampaign(world, `first of ${regular}`)).rules).toEqual([
      {
        condition: { variable: '$.customer.purchases', rule: 'numeric_equals', value: 0 },
        action: { command: 'issue', formula: '150' },
      },
    ])
  })

  test('gives double points on weekends', async ({ world, visit }) => {
    const { air, kit, regular } = await makeShop(world)
    const page = await visit({ as: regular, path: '/new-campaign', timezoneId: 'Pacific/Auckland' })
    const hands = counting(page)
    await hands.press('Double points on weekends')
    await expectGives(page, '200 points', { of: [[air, 1]], at: SATURDAY })
    await expectGives(page, '416 points', {
      of: [
        [air, 2],
        [kit, 2],
      ],
      at: SUNDAY,
    })
    await expectGives(page, '100 points', { of: [[air, 1]], at: MONDAY })
    await create(hands, `weekend ${regular}`)
    expect(hands.clicks()).toBe(4)
    expect(await storedCampaign(world, `weekend ${regular}`)).toMatchObject({
      time_zone: 'Pacific/Auckland',
      rules: [
        { action: { formula: '$.amount * 10 / 100' } },
        { condition: { variable: '$.local.weekday', rule: 'in', value: ['saturday', 'sunday'] } },
      ],
    })
  })

  test('gives points for three pieces of a product', async ({ world, visit }) => {
    const { air, night, kit, regular } = await makeShop(world)
    const hands = counting(await visit({ as: regular, path: '/new-campaign' }))
    await hands.press('Buy three')
    await hands.pick('Products', night)
    await expectGives(hands.page, '50 points', {
      of: [
        [air, 1],
        [night, 3],
      ],
    })
    await expectGives(hands.page, '0 points', {
      of: [
        [night, 2],
        [kit, 1],
      ],
    })
    await expectGives(hands.page, '0 points', { of: [[kit, 3]] })
    await create(hands, `three ${regular}`)
    expect(hands.clicks()).toBe(6)
  })

  test('gives 5 points for each piece of a category', async ({ world, visit }) => {
    const { air, night, kit, category, regular } = await makeShop(world)
    const hands = counting(await visit({ as: regular, path: '/new-campaign' }))
    await hands.press('Category bonus')
    await hands.pick('Categories', category)
    await expectGives(hands.page, '15 points', {
      of: [
        [air, 1],
        [kit, 7],
        [night, 2],
      ],
    })
    await expectGives(hands.page, '10 points', { of: [[night, 2]] })
    await expectGives(hands.page, '0 points', { of: [[kit, 4]] })
    await create(hands, `category ${regular}`)
    expect(hands.clicks()).toBe(6)
  })

  test('gives 20 % of the price of unicorns on weekends, counted after 14 days, at most 500 a customer', async ({
    world,
    visit,
  }) => {
    const { air, night, kit, category, regular } = await makeShop(world)
    const name = `unicorns back ${regular}`
    const page = await visit({ as: regular, path: '/new-campaign', timezoneId: 'Europe/Berlin' })
    const hands = counting(page)
    await hands.press('A rule of your own')
    await hands.fill('Percent', '20')
    await hands.select('For which products', 'products of these categories')
    await hands.pick('Categories', category)
    await hands.select('Of what', '% of the price of these products, in points')
    await hands.addCondition('Day of the week')
    await hands.tick('Saturday')
    await hands.tick('Sunday')
    await hands.fill('Points count after', '14')
    await hands.fill('Points per customer', '500')
    // Twice in the page: under the fields, and what is tried.
    await page.getByText(`20 % of the price of products in the category “${category}”`).waitFor()
    await page.getByText(', when the weekday is Saturday or Sunday').waitFor()

    await expectGives(page, '250 points', {
      of: [
        [kit, 9],
        [night, 1],
        [air, 1],
      ],
      at: SATURDAY,
    })
    await expectGives(page, '250 points', {
      of: [
        [air, 1],
        [night, 1],
        [kit, 9],
      ],
      at: SUNDAY,
    })
    await expectGives(page, '500 points', { of: [[air, 3]], at: SUNDAY, by: regular })
    await page.getByText('the limit of points per customer is reached', { exact: false }).waitFor()
    await expectGives(page, '0 points', { of: [[air, 1]], at: MONDAY })

    await hands.press('Run preview')
    await page.getByText(/^It would have awarded/).waitFor()
    await create(hands, name)
    expect(hands.clicks()).toBe(18)
    expect(await storedCampaign(world, name)).toMatchObject({
      status: 'active',
      time_zone: 'Europe/Berlin',
      available_after_days: 14,
      cap_points_per_customer: 500,
      rules: [
        {
          lines: { variable: '@.categories', rule: 'contains', value: category },
          condition: { variable: '$.local.weekday', rule: 'in', value: ['saturday', 'sunday'] },
          action: { command: 'issue', formula: '$.matched.total * 20 / 100' },
        },
      ],
    })
    await page.getByText('Points count after 14 days and end as usual').waitFor()

    // Whatever day the test runs on, and ends on, is made one of its days: then purchases earn what the sentence says.
    for (const day of [0, 1].map((later) => BERLIN.format(Date.now() + later * DAY_MS))) {
      const chip = page.getByRole('checkbox', { name: day })
      if (await chip.isChecked()) continue
      await chip.focus()
      await page.keyboard.press('Space')
    }
    await page.getByText('No errors found').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Saved as version 2.').waitFor()
    const lines = [
      [kit, 9],
      [night, 1],
      [air, 1],
    ] as const
    expect(await earned(world, name, lines)).toBe(250)
    expect(await earned(world, name, lines.toReversed())).toBe(250)
    expect(await earned(world, name, [[air, 3]])).toBe(500)
    expect(await earned(world, name, [[kit, 3]])).toBe(0)
  })
})
