import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { counting, earned, field, makeShop } from '#test/support/campaign-hands.ts'
import {
  changeMeanwhile,
  forProduct,
  makeCampaign,
  rulesEditor,
  saving,
  showJson,
  storedCampaign,
} from '#test/support/campaign-pages.ts'
import { keyboard } from '#test/support/hands.ts'

const TENTH = giving('$.amount / 10', { variable: '$.total', rule: 'numeric_greater_than', value: 100 })

describe('the builder and the JSON', () => {
  test('show the same rules, and what the builder cannot show is kept to the byte', async ({ world, visit }) => {
    const { regular } = await makeShop(world)
    const page = await visit({ as: regular, path: '/new-campaign' })
    const advanced =
      '{"action":{"formula":"$.stars*3","command":"issue"},\n"condition":{"not": {"rule":"numeric_less_than", "value":3.0,"variable":"$.stars"}}}'
    await showJson(page)
    await rulesEditor(page).fill(`[ ${JSON.stringify(TENTH)} ,\n${advanced}]`)
    await page.getByRole('tab', { name: 'Builder' }).click()
    const [first, second] = [1, 2].map((rule) => page.getByRole('group', { name: `Rule ${rule}`, exact: true }))
    await second?.getByText('Advanced rule').waitFor()
    await second?.getByText('stars*3 points').waitFor()
    await second?.getByText(', when not (stars is less than 3)').waitFor()
    expect(await second?.getByRole('region', { name: 'Rule 2 as JSON' }).textContent()).toBe(advanced)
    expect(await first?.getByRole('textbox', { name: 'Percent' }).inputValue()).toBe('10')
    await expectAccessible(page)

    await first?.getByRole('textbox', { name: 'Percent' }).fill('12.')
    await first?.getByText('Enter a number from 0 to', { exact: false }).waitFor()
    await page.getByText('1 error found').waitFor()
    await first?.getByRole('textbox', { name: 'Percent' }).fill('12.0')
    await page.getByText('No errors found').waitFor()
    expect(await first?.getByRole('textbox', { name: 'Percent' }).inputValue()).toBe('12.0')
    await first?.getByRole('textbox', { name: 'Price of the whole cart' }).fill('abc')
    await page.getByRole('button', { name: 'Duplicate rule 2' }).click()
    await page.getByRole('button', { name: 'Remove rule 2' }).click()
    await showJson(page)
    const text = ((await rulesEditor(page).textContent()) ?? '').replaceAll(/\s/g, '')
    expect(text).toContain(advanced.replaceAll(/\s/g, ''))
    expect(text).toContain('"formula":"$.amount*12/100"')

    // What was typed and is no number is not lost on the way.
    await page.getByRole('tab', { name: 'Builder' }).click()
    expect(await first?.getByRole('textbox', { name: 'Price of the whole cart' }).inputValue()).toBe('abc')
    await first?.getByText('Enter a number from 0 to').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill(`both ${regular}`)
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await saving(page).getByText('a rule is not filled in yet', { exact: false }).waitFor()
    await first?.getByRole('textbox', { name: 'Price of the whole cart' }).fill('250')
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await page.getByRole('heading', { name: `both ${regular}`, level: 1 }).waitFor()
    const { rules } = await storedCampaign(world, `both ${regular}`)
    expect(rules).toEqual([
      giving('$.amount * 12 / 100', { ...TENTH.condition, value: 250 } as never),
      JSON.parse(advanced),
    ])
  })

  test('say at a condition what the API has against it', async ({ world, visit }) => {
    const { regular } = await makeShop(world)
    const page = await visit({ as: regular, path: '/new-campaign', expected: [/status of 400/] })
    const hands = counting(page)
    await hands.press('First purchase')
    await hands.addCondition('Tag of the customer')
    const [first, second] = [0, 1].map((at) =>
      page.getByRole('list', { name: 'Conditions' }).getByRole('listitem').nth(at),
    )
    await second?.getByText('Not filled in yet.').waitFor()
    await field(page, 'Tag of the customer').fill('x'.repeat(201))
    await second?.getByText(/longer than 200 characters/).waitFor()
    expect(await first?.textContent()).not.toContain('longer')
    await expectAccessible(page)
    await hands.press('Create campaign')
    await saving(page).getByText('Not created. Enter a name.').waitFor()
    await hands.press('Remove the condition “Tag of the customer”')
    await page.getByText('No errors found').waitFor()
  })
})

test('a category that no product has is said to be none, and Enter takes the one that is listed', async ({
  world,
  visit,
}) => {
  const { regular, category } = await makeShop(world)
  const page = await visit({ as: regular, path: '/new-campaign' })
  const hands = counting(page)
  await hands.press('Category bonus')
  const categories = field(page, 'Categories')
  await categories.fill('unicorm')
  await page.keyboard.press('Tab')
  await page.getByText('No product has the category “unicorm” yet.').waitFor()
  await expectAccessible(page)
  await categories.focus()
  await page.keyboard.press('Backspace')
  await page.getByText('No product has the category “unicorm” yet.').waitFor({ state: 'detached' })
  await categories.fill(category.slice(0, -1))
  await page.keyboard.press('Enter')
  await page.getByText(`5 points for each piece of products in the category “unicorns-`, { exact: false }).waitFor()
  expect(await page.getByText('No product has the category', { exact: false }).count()).toBe(0)
})

test('an amount of another kind begins anew, and what can hardly be meant is said', async ({ world, visit }) => {
  const { regular, air } = await makeShop(world)
  const page = await visit({ as: regular, path: '/new-campaign' })
  const hands = counting(page)
  await hands.press('First purchase')
  await hands.select('Of what', '% of what is paid, in points')
  expect(await page.getByRole('textbox', { name: 'Percent' }).inputValue()).toBe('10')
  await hands.fill('Percent', '150')
  await page.getByText('This is more than the price itself.').waitFor()
  await hands.select('Of what', 'points for each $1 paid')
  await hands.fill('Points', '0')
  await page.getByText('This gives nothing.').waitFor()
  await hands.fill('Points', '2')
  await page.getByText('2 points for each $1 of what is paid').waitFor()
  await field(page.getByRole('list', { name: 'Cart' }), 'Product').click()
  await page.getByRole('option', { name: air, exact: true }).click()
  const result = page.getByRole('status', { name: 'Result for the cart' })
  await result.getByText('2,000 points', { exact: true }).waitFor()
  await result.getByText('worth $200.00').waitFor()
  await hands.fill('Budget', '0')
  await page.getByText('With this budget it awards nothing.').waitFor()
  await hands.press('Remove rule 1')
  await hands.tick('Active')
  await page.getByText('It has no rules yet: it is active, and awards nothing.').waitFor()
  await hands.press('Undo')
  await page.getByText('2 points for each $1 of what is paid').waitFor()
  await expectAccessible(page)
})

test('other products and back, and a rule means what it meant', async ({ world, visit }) => {
  const { regular, night } = await makeShop(world)
  const page = await visit({ as: regular, path: '/new-campaign' })
  const hands = counting(page)
  await hands.press('Buy three')
  await hands.pick('Products', night)
  const words = page.getByText('when the number of pieces of these products is at least 3', { exact: false })
  await words.waitFor()
  await hands.select('For which products', 'all products')
  await page.getByText('when the number of pieces in the cart is at least 3', { exact: false }).waitFor()
  await hands.select('For which products', 'these products')
  await words.waitFor()
  await page.getByText(`50 points, for a cart with ${night}`).waitFor()
})

describe('a campaign', () => {
  test('has a time zone, a place beside others and a budget, and says what is left of it', async ({ world, visit }) => {
    const { regular, kit } = await makeShop(world)
    const name = await makeCampaign(world, { status: 'draft', rules: [forProduct(kit.toLowerCase(), '30')] })
    const page = await visit({ as: regular, path: `/campaigns/${name}` })
    const hands = counting(page)
    await page.getByText('Draft', { exact: true }).first().waitFor()
    await field(page, 'Time zone of the rules').fill('Tokyo')
    await page.getByRole('option', { name: 'Asia/Tokyo' }).click()
    await hands.fill('Exclusive group', 'Week end')
    await page.getByText('Use up to 40 small letters, digits and hyphens.').waitFor()
    await hands.press('Save')
    await saving(page).getByText('Not saved. Exclusive group: Use up to 40 small letters', { exact: false }).waitFor()
    await hands.fill('Exclusive group', 'week-end')
    await hands.fill('Priority', '-7')
    await hands.fill('Budget', '100')
    await hands.tick('Active')
    await hands.press('Save')
    await saving(page).getByText('Saved as version 2.').waitFor()
    await page.getByText('Budget: 100 points left').waitFor()
    await page.getByText('Running', { exact: true }).waitFor()
    expect(await earned(world, name, [[kit, 1]])).toBe(30)
    await page.reload()
    await page.getByText('Budget: 70 points left').waitFor()
    expect(await page.getByRole('radio', { name: 'Draft' }).count()).toBe(0)
    expect(await storedCampaign(world, name)).toMatchObject({
      time_zone: 'Asia/Tokyo',
      exclusive_group: 'week-end',
      priority: -7,
      points_left: 70,
    })
  })

  test('is duplicated as a draft, with another name', async ({ world, visit }) => {
    const { regular } = await makeShop(world)
    const name = await makeCampaign(world, {
      rules: [TENTH],
      cap_total_points: 70,
      exclusive_group: 'weekend',
      priority: 3,
    })
    const page = await visit({ as: regular, path: `/campaigns/${name}` })
    await page.getByRole('link', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { name: 'New campaign', level: 1 }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(`Copy of ${name}`)
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await page.getByRole('heading', { name: `Copy of ${name}`, level: 1 }).waitFor()
    await page.getByText('Draft', { exact: true }).first().waitFor()
    expect(await storedCampaign(world, `Copy of ${name}`)).toMatchObject({
      status: 'draft',
      rules: [TENTH],
      cap_total_points: 70,
      exclusive_group: 'weekend',
      priority: 3,
    })
  })

  test('goes back to an earlier version, which is saved like any change', async ({ world, visit }) => {
    const { regular } = await makeShop(world)
    const name = await makeCampaign(world, { rules: [TENTH], cap_total_points: 70 })
    await changeMeanwhile(world, name, { rules: [giving('2')], cap_total_points: null, status: 'inactive' })
    const page = await visit({ as: regular, path: `/campaigns/${name}` })
    await page.getByRole('tab', { name: 'History' }).click()
    const words = page.getByRole('list', { name: 'Rules that changed' }).first()
    await words.getByText('10 % of what is paid when the price of the whole cart is more than $100.00').waitFor()
    await words.getByText('2 points when the number of pieces in the cart is at least 0').waitFor()
    await expectAccessible(page)
    await expectFits(page)
    await page.getByRole('tab', { name: 'Rules and settings' }).click()
    await page.getByRole('textbox', { name: 'Points per customer' }).fill('12')
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await saving(page).getByText('There are unsaved changes.').waitFor()
    await page.getByRole('tab', { name: 'Rules and settings' }).and(page.locator(':focus')).waitFor()
    // What was not saved before is not lost.
    await page.getByRole('button', { name: 'Restore my changes' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Percent' }).inputValue()).toBe('10')
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Saved as version 3.').waitFor()
    // Whether it runs is not a part of what it says.
    expect(await storedCampaign(world, name)).toMatchObject({
      rules: [TENTH],
      cap_total_points: 70,
      status: 'inactive',
    })
  })

  test('that was deleted is made again from its history, as a draft', async ({ world, visit }) => {
    const { regular } = await makeShop(world)
    const name = await makeCampaign(world, { rules: [TENTH] })
    await changeMeanwhile(world, name, { rules: [giving('2')] })
    await world.api.call('DELETE', `/campaigns/${name}`, { headers: { 'If-Match': '"2"' } })
    const page = await visit({ as: regular, path: `/campaigns/${name}`, expected: [/status of 404/] })
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await page.getByRole('heading', { name: 'New campaign', level: 1 }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(name)
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ rules: [TENTH], status: 'draft', version: 4 })
  })
})

describe('the builder', () => {
  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'is accessible and fits with every kind of field, %s and %i wide',
    async ([colorScheme, width], { world, visit }) => {
      const { regular } = await makeShop(world)
      const page = await visit({ as: regular, path: '/new-campaign', colorScheme, viewport: { width, height: 740 } })
      const hands = counting(page)
      await page.getByText('There are no rules yet', { exact: false }).waitFor()
      await expectAccessible(page)
      await expectFits(page)
      await hands.press('Category bonus')
      await hands.select('Of what', 'points for every few pieces of these products')
      await hands.press('Limit per purchase')
      for (const name of CONDITIONS) await hands.addCondition(name)
      await hands.select('Pieces of these products: comparison', 'is between')
      await expectAccessible(page)
      await expectFits(page)
      await page.getByRole('button', { name: 'Add a rule' }).click()
      await page.getByRole('menuitem', { name: 'Buy three' }).waitFor()
      await expectAccessible(page)
      await page.getByRole('menuitem', { name: 'Buy three' }).click()
      await field(page, 'Products').click()
      await page.getByRole('listbox').waitFor()
      await expectAccessible(page)
      await expectFits(page)
    },
  )

  test('works by keyboard alone, and never loses the focus', async ({ world, visit }) => {
    const { regular, air } = await makeShop(world)
    const page = await visit({ as: regular, path: '/new-campaign' })
    const { press, write } = keyboard
    await page.getByRole('button', { name: 'Buy three' }).focus()
    await press(page.getByRole('button', { name: 'Buy three' }))
    await page.getByRole('list', { name: 'Rules' }).and(page.locator(':focus')).waitFor()
    await write(page.getByRole('textbox', { name: 'Points', exact: true }), '75')
    await write(field(page, 'Products'), air)
    // Written by the last key, the list is open again.
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText(`75 points, for a cart with ${air}`).waitFor()
    await press(page.getByRole('button', { name: 'Add a condition' }))
    await page.getByRole('menuitem', { name: 'Day of the week' }).waitFor()
    await page.getByRole('menuitem', { name: 'Day of the week' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'Day of the week: is or is not' }).and(page.locator(':focus')).waitFor()
    await press(page.getByRole('button', { name: 'Remove the condition “Pieces of these products”' }))
    const next = page.getByRole('button', { name: 'Remove the condition “Day of the week”' })
    await next.and(page.locator(':focus')).waitFor()
    const friday = page.getByRole('checkbox', { name: 'Friday' })
    await friday.focus()
    await page.keyboard.press('Space')
    await page.getByText(', when the weekday is Friday').waitFor()
    await press(page.getByRole('button', { name: 'Remove rule 1' }))
    await page.getByText('There are no rules yet', { exact: false }).waitFor()
    expect(await page.evaluate('document.activeElement === document.body')).toBe(false)
  })
})

const CONDITIONS = [
  'Day of the week',
  'Time of day',
  'Date',
  'Price of the whole cart',
  'Pieces of these products',
  'First purchase of the customer',
  'Purchases of the customer before',
  'Day on which the customer signed up',
  'Tag of the customer',
]
