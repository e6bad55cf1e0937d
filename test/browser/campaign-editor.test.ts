import { describe, expect } from 'vitest'
import { expectAccessible, expectFits, expectFocusOn } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { giving } from '#test/support/campaign-examples.ts'
import {
  changeMeanwhile,
  HALF_WRITTEN,
  makeCampaign,
  REFUSED,
  rulesEditor,
  saving,
  showJson,
  storedCampaign,
} from '#test/support/campaign-pages.ts'

const WRONG = `[
  {
    "variable": "$.amount",
    "condition": { "rule": "numeric_greater_than", "value": "100" },
    "action": { "command": "issue", "formula": "$.amount / ten" }
  }
]`

describe('an error in the rules', () => {
  test('is shown in words with its place, keeps from saving, and is corrected there', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: REFUSED })
    await showJson(page)
    await rulesEditor(page).fill(WRONG)
    const errors = page.getByRole('list', { name: 'Errors in the rules' })
    await errors.getByText('Rule 1, condition, value (line 4): must be a number').waitFor()
    await errors.getByText('character 12: ten is neither a path such as $.amount nor a function').waitFor()
    expect(await rulesEditor(page).getAttribute('aria-invalid')).toBe('true')
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Not saved: there are 2 errors in the rules', { exact: false }).waitFor()
    expect(await rulesEditor(page).textContent()).toContain('$.amount / ten')
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1 })

    // What is marked is what the cursor is put at: typing there corrects it.
    await errors.getByRole('button', { name: /condition, value/ }).click()
    for (const _ of '"100"') await page.keyboard.press('Delete')
    await page.keyboard.type('100')
    await errors.getByText('condition, value', { exact: false }).waitFor({ state: 'detached' })
    await errors.getByRole('button', { name: /action, formula/ }).click()
    for (const _ of 'ten') await page.keyboard.press('Delete')
    await page.keyboard.insertText('10')
    await page.getByText('No errors found').waitFor()
    await page.getByText('Rule 1 awards 170').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Saved as version 2.').waitFor()
    expect((await storedCampaign(world, name)).rules).toMatchObject([{ action: { formula: '$.amount / 10' } }])
  })

  test('of JSON is found without asking anybody', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await showJson(page)
    await rulesEditor(page).fill('[\n  { "condition": }\n]')
    const errors = page.getByRole('list', { name: 'Errors in the rules' })
    await errors.getByText('Line 2: Expected a name in double quotes, a colon and a value.').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Not saved: the rules are not valid JSON. Your changes are kept.').waitFor()
    await page.getByRole('button', { name: 'Discard' }).press('Enter')
    await page.getByText('No errors found').waitFor()
    await saving(page).getByText('All changes are saved.').waitFor()
    // The button is gone, and the focus is where it says so.
    await expectFocusOn(page, 'All changes are saved.')
  })
})

describe('when points count and end', () => {
  test.for([1280, 360])('is chosen in words and told in words, %i wide', async (width, { world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, viewport: { width, height: 740 } })
    const ends = page.getByRole('combobox', { name: 'Points end' })
    const save = async (version: number) => {
      await page.getByRole('button', { name: 'Save' }).click()
      await saving(page).getByText(`Saved as version ${version}.`).waitFor()
    }
    await page.getByRole('textbox', { name: 'Points count after' }).fill('14')
    await ends.selectOption('At the end of a month')
    expect(await page.getByRole('textbox', { name: 'Months later' }).inputValue()).toBe('0')
    await expectAccessible(page)
    await expectFits(page)
    await save(2)
    await page.getByText('Points count after 14 days and end at the end of the month in which they count').waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ available_after_days: 14, expiry: { end_of_month: 0 } })

    await ends.selectOption('After some days')
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Not saved. Points end: Enter after how many days the points end.').waitFor()
    await page.getByRole('textbox', { name: 'Days', exact: true }).fill('90')
    await save(3)

    await ends.selectOption('On a fixed day')
    await page.getByLabel('Last day').focus()
    await page.keyboard.type('1231')
    await page.getByText('Enter a whole date.').waitFor()
    await page.keyboard.type('2001')
    const warnings = page.getByRole('list', { name: 'Warnings' })
    await warnings.getByText(/^Points end: ends before any points count, which is on \d{4}-/).waitFor()
    await expectAccessible(page)
    await expectFits(page)
    await save(4)
    await page.reload()
    await expect.poll(() => page.getByLabel('Last day').inputValue()).toBe('2001-12-31')

    await page.getByRole('tab', { name: 'History' }).click()
    const changes = page.getByRole('list', { name: 'History of changes' }).locator('> li')
    await expect.poll(() => changes.count()).toBe(4)
    const [last, , second] = await changes.allInnerTexts()
    expect(last).toMatch(/Points end\s+after 90 days → on 31 Dec 2001/)
    expect(second).toMatch(/Points count\s+at once → after 14 days/)
    await expectFits(page)
  })

  test('is tried on a cart before it is saved', async ({ world, visit }) => {
    const name = await makeCampaign(world, { rules: [giving('7')] })
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    const result = page.getByRole('status', { name: 'Result for the cart' })
    await result.getByText(/^They can be spent until \d+ \w+ \d{4} \(UTC\)\.$/).waitFor()
    await page.getByRole('textbox', { name: 'Points count after' }).fill('365')
    await result.getByText(/^They can be spent from \d+ \w+ \d{4} until \d+ \w+ \d{4} \(UTC\)\.$/).waitFor()
  })
})

describe('the editor', () => {
  test('works by keyboard, and lets go of the focus', async ({ world, visit }) => {
    const name = await makeCampaign(world, { rules: [] })
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: HALF_WRITTEN })
    // What has the focus is known by its description: that of the editor says how to leave it.
    const describedBy = () => page.evaluate('document.activeElement.getAttribute("aria-describedby")')
    await page.getByRole('tab', { name: 'Builder' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByText('to leave the editor by keyboard, press Escape, then Tab', { exact: false }).waitFor()
    for (let presses = 0; presses < 2; presses++) await page.keyboard.press('Tab')
    expect(await describedBy()).toBe('rules-description')

    await page.keyboard.press('Control+a')
    await page.keyboard.type('[{"condition": {"variable": "$.to')
    await page.getByRole('listbox').getByRole('option', { name: '$.total' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.type('tal')
    expect(await rulesEditor(page).textContent()).toContain('"$.total"}}]')
    await page.keyboard.press('Tab')
    expect(await describedBy()).toBe('rules-description')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    expect(await describedBy()).not.toBe('rules-description')
  })

  test('asks before what was typed is left behind', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByRole('textbox', { name: 'Budget' }).fill('50')
    await saving(page).getByText('There are unsaved changes.').waitFor()
    // Looking at the history leaves nothing behind.
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('tab', { name: 'Rules and settings' }).click()

    await page.getByRole('link', { name: 'Campaigns' }).click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByText('Stay here').waitFor()
    await expectAccessible(page)
    await question.getByText('Stay here').click()
    expect(await page.getByRole('textbox', { name: 'Budget' }).inputValue()).toBe('50')
    await page.getByRole('link', { name: 'Campaigns' }).click()
    await question.getByRole('button', { name: 'Leave without saving' }).click()
    await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1 })
  })
})

test('rules that can never give anything are warned of, and can be saved all the same', async ({ world, visit }) => {
  const name = await makeCampaign(world)
  const { buyer } = await makeBuyer(world)
  const page = await visit({ as: buyer, path: `/campaigns/${name}` })
  const never = giving('1', { all: [{ variable: '$.amount', rule: 'numeric_less_than', value: 0 }] })
  await showJson(page)
  await rulesEditor(page).fill(JSON.stringify([giving('1'), never], null, 2))
  const warnings = page.getByRole('list', { name: 'Warnings' })
  await warnings.getByText(/Rule 2, condition \(line \d+\): can never hold/).waitFor()
  await page.getByText('No errors found').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await saving(page).getByText('Saved as version 2.').waitFor()
  await rulesEditor(page).fill(JSON.stringify([giving('1')]))
  await warnings.waitFor({ state: 'detached' })
})

test('the types of events are edited one in a line, and the trial says when a purchase is not among them', async ({
  world,
  visit,
}) => {
  const name = await makeCampaign(world, { rules: [giving('5')] })
  const { buyer } = await makeBuyer(world)
  const page = await visit({ as: buyer, path: `/campaigns/${name}` })
  const types = page.getByRole('textbox', { name: 'Event types' })
  expect(await types.inputValue()).toBe('PurchaseCompleted')
  await types.fill(' \n')
  await page.getByRole('button', { name: 'Save' }).click()
  await saving(page).getByText('Not saved. Event types: Name at least one type of event.').waitFor()
  await types.fill('Review\nRide')
  await page.getByText('but the campaign is for events of other types', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await saving(page).getByText('Saved as version 2.').waitFor()
  expect(await storedCampaign(world, name)).toMatchObject({ event_types: ['Review', 'Ride'] })
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('PurchaseCompleted → Review, Ride').waitFor()
})

describe('when somebody else saved first', () => {
  test('one sees what they changed, takes it, and has lost nothing', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: REFUSED })
    await page.getByRole('textbox', { name: 'Budget' }).fill('50')
    await changeMeanwhile(world, name, { cap_points_per_customer: 7 })
    await page.getByRole('button', { name: 'Save' }).click()
    const conflict = page.getByRole('alert', { name: 'Somebody else saved first' })
    await conflict.getByText('It was changed by demo on', { exact: false }).waitFor()
    await conflict.getByText('no limit → at most 7 points').waitFor()
    await expectAccessible(page)

    await conflict.getByRole('button', { name: 'Use their version' }).click()
    await expect.poll(() => page.getByRole('textbox', { name: 'Points per customer' }).inputValue()).toBe('7')
    expect(await page.getByRole('textbox', { name: 'Budget' }).inputValue()).toBe('')
    await page.getByRole('button', { name: 'Restore my changes' }).click()
    await expect.poll(() => page.getByRole('textbox', { name: 'Budget' }).inputValue()).toBe('50')
  })

  test('one can save over it', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: REFUSED })
    await page.getByRole('textbox', { name: 'Budget' }).fill('50')
    await changeMeanwhile(world, name, { cap_total_points: 7 })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Overwrite with mine' }).click()
    await saving(page).getByText('Saved as version 3.').waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ cap_total_points: 50, version: 3 })
  })

  test('saving over it keeps what they changed and one did not touch', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: REFUSED })
    await page.getByRole('textbox', { name: 'Budget' }).fill('50')
    await changeMeanwhile(world, name, {
      status: 'inactive',
      cap_total_points: 7,
      cap_points_per_customer: 8,
      rules: [giving('3')],
    })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('In all others their changes are kept.', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'Overwrite with mine' }).click()
    await saving(page).getByText('Saved as version 3.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Points per customer' }).inputValue()).toBe('8')
    expect(await storedCampaign(world, name)).toMatchObject({
      status: 'inactive',
      cap_total_points: 50,
      cap_points_per_customer: 8,
      rules: [giving('3')],
    })
  })

  test('one can create anew what they deleted', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: [/status of 404/] })
    await page.getByRole('button', { name: 'Save' }).waitFor()
    await world.api.call('DELETE', `/campaigns/${name}`, { headers: { 'If-Match': '"1"' } })
    await page.getByRole('textbox', { name: 'Budget' }).fill('50')
    await page.getByRole('alert').getByText('There is no such campaign').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Create it again' }).click()
    await saving(page).getByText('Saved as version 3.').waitFor()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    expect(await storedCampaign(world, name)).toMatchObject({ cap_total_points: 50, version: 3 })
  })
})
