import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { makeCampaign, saving, storedCampaign } from '#test/support/campaign-pages.ts'

const DATE_ERROR = 'Enter a whole date and time, or clear the field.'

/** Types half a date, by keys: nothing but a date gets into the field in another way. */
async function typeDate(page: Page, label: string, keys = '12242026'): Promise<void> {
  await page.getByLabel(label, { exact: true }).focus()
  await page.keyboard.type(keys)
}

describe('a date without a time', () => {
  test.for(['Starts', 'Ends'])(
    'in “%s” keeps a campaign from being saved, and says so',
    async (label, { world, visit }) => {
      const name = await makeCampaign(world)
      const { buyer } = await makeBuyer(world)
      const page = await visit({ as: buyer, path: `/campaigns/${name}`, viewport: { width: 360, height: 740 } })
      await page.getByText('No errors found').waitFor()
      await typeDate(page, label)
      await page.getByText(DATE_ERROR).waitFor()
      await expectAccessible(page)
      await expectFits(page)
      await page.getByRole('button', { name: 'Save' }).click()
      await saving(page).getByText(`Not saved. ${label}: ${DATE_ERROR}`).waitFor()
      await page.getByLabel(label, { exact: true }).and(page.locator(':focus')).waitFor()
      expect(await storedCampaign(world, name)).toMatchObject({ version: 1, starts_at: null, ends_at: null })

      // What is discarded is not shown any more, and what is completed is saved.
      await page.getByRole('button', { name: 'Discard' }).click()
      await page.getByText(DATE_ERROR).waitFor({ state: 'detached' })
      await typeDate(page, label, '12242026063000PM')
      await page.getByText(DATE_ERROR).waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Save' }).click()
      await saving(page).getByText('Saved as version 2.').waitFor()
      const { starts_at, ends_at } = await storedCampaign(world, name)
      expect(Date.parse(label === 'Starts' ? starts_at : ends_at)).toBe(new Date(2026, 11, 24, 18, 30).getTime())
    },
  )

  test('of which a part is taken away is not taken for none', async ({ world, visit }) => {
    const name = await makeCampaign(world, { rules: [], ends_at: '2040-12-24T18:30:00Z' })
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByLabel('Ends', { exact: true }).focus()
    await page.keyboard.press('Backspace')
    await page.getByText(DATE_ERROR).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText(`Not saved. Ends: ${DATE_ERROR}`).waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1, ends_at: '2040-12-24T18:30:00.000Z' })
  })

  test('keeps a new campaign from being created', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/new-campaign' })
    await page.getByRole('textbox', { name: 'Name' }).fill('half a date')
    await typeDate(page, 'Ends')
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await saving(page).getByText(`Not saved. Ends: ${DATE_ERROR}`).waitFor()
    expect((await world.api.get('/campaigns')).body.items).not.toContainEqual(
      expect.objectContaining({ campaign_name: 'half a date' }),
    )
  })

  test('is no end of a preview', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByText('Custom dates').click()
    await page.getByLabel('From', { exact: true }).fill('2026-01-01T00:00')
    const run = page.getByRole('button', { name: 'Run preview' })
    await expect.poll(() => run.isEnabled()).toBe(true)
    await typeDate(page, 'To')
    await page.getByText(DATE_ERROR).waitFor()
    expect(await run.isDisabled()).toBe(true)
  })
})

describe('in a time zone that changes its clocks', () => {
  const NEW_YORK = 'America/New_York'

  test('a time that does not exist, or is out of bounds, is not saved', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, timezoneId: NEW_YORK })
    await page.getByText('No errors found').waitFor()
    const cases: [label: string, time: string, error: string][] = [
      ['Starts', '2027-03-14T02:30', 'This time does not exist, because clocks are set forward. Enter another one.'],
      ['Ends', '9999-12-31T23:59', 'Enter a date and time in the years 1970 to 9999 (UTC).'],
    ]
    for (const [label, time, error] of cases) {
      await page.getByLabel(label, { exact: true }).fill(time)
      await page.getByText(error, { exact: true }).waitFor()
      await expectAccessible(page)
      await page.getByRole('button', { name: 'Save' }).click()
      await saving(page).getByText(`Not saved. ${label}: ${error}`).waitFor()
      await page.getByRole('button', { name: 'Discard' }).click()
    }
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1, starts_at: null, ends_at: null })
  })

  test('a time that comes twice is the one that was chosen, and stays it', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({
      as: buyer,
      path: `/campaigns/${name}`,
      timezoneId: NEW_YORK,
      viewport: { width: 360, height: 740 },
    })
    await page.getByText('No errors found').waitFor()
    for (const label of ['Starts', 'Ends']) await page.getByLabel(label, { exact: true }).fill('2027-11-07T01:30')
    const [starts, ends] = [0, 1].map((nth) =>
      page.getByRole('radiogroup', { name: 'Clocks are set back: this time comes twice' }).nth(nth),
    )
    await expect.poll(() => starts?.getByRole('radio', { name: 'First (GMT-04:00)' }).isChecked()).toBe(true)
    // The same text in both fields, and an hour between them.
    await ends?.getByRole('radio', { name: 'Second (GMT-05:00)' }).check()
    await expectAccessible(page)
    await expectFits(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Saved as version 2.').waitFor()
    await page.reload()
    await expect.poll(() => ends?.getByRole('radio', { name: 'Second (GMT-05:00)' }).isChecked()).toBe(true)
    expect(await storedCampaign(world, name)).toMatchObject({
      starts_at: '2027-11-07T05:30:00.000Z',
      ends_at: '2027-11-07T06:30:00.000Z',
    })
  })
})

describe('what is no number', () => {
  test.for(['Budget', 'Points per customer'])('keeps terms from being saved: %s', async (label, { world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByRole('textbox', { name: label }).fill('1.5')
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText(`Not saved. ${label}: Enter a whole number from 0 to`, { exact: false }).waitFor()
    expect(await page.getByRole('textbox', { name: label }).inputValue()).toBe('1.5')
    expect(await storedCampaign(world, name)).toMatchObject({ version: 1 })
    await page.getByRole('textbox', { name: label }).fill('1,500')
    await page.getByRole('button', { name: 'Save' }).click()
    await saving(page).getByText('Saved as version 2.').waitFor()
  })

  test('keeps a form from being sent, wherever there is a number in one', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/operations?panel=stock' })
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent.push(`${request.method()} ${request.url()}`)
    })
    const dialog = page.getByRole('dialog')
    const refuses = async (open: string, label: string, typed: string, others: Record<string, string> = {}) => {
      await page.getByRole('button', { name: open, exact: true }).click()
      for (const [other, text] of Object.entries(others)) await dialog.getByLabel(other).fill(text)
      await dialog.getByLabel(label).fill(typed)
      await dialog.getByText(/^Enter a (whole )?number from/).waitFor()
      await expectAccessible(page)
      await dialog.locator('button[type=submit]').click()
      expect(await dialog.getByLabel(label).inputValue()).toBe(typed)
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    await refuses('Add a product', 'Price', '1.234,56', { Name: 'A', 'Units in stock': '1' })
    await refuses('Add a product', 'Price', '0', { Name: 'A', 'Units in stock': '1' })
    await refuses(`Edit ${name}`, 'Price', '0.00')
    await refuses(`Adjust stock of ${name}`, 'Quantity', '0', { Reason: 'A' })
    await refuses('Add a product', 'Units in stock', '1.5', { Name: 'A', Price: '1' })
    await refuses(`Edit ${name}`, 'Price', '12.345')
    await refuses(`Adjust stock of ${name}`, 'Quantity', '-', { Reason: 'A' })
    await page
      .getByRole('tab', { name: 'Users' })
      .or(page.getByRole('radio', { name: 'Users' }))
      .click()
    await page.getByLabel('Find by name').fill(buyer)
    await refuses('Add a user', 'Opening balance', '1e3', { Name: 'A' })
    await refuses(`Top up ${buyer}`, 'Amount', '-5')
    await refuses(`Top up ${buyer}`, 'Amount', '0')
    expect(sent).toEqual([])
  })

  test('is not tried as a cart, and a cart costs what its products cost', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer, name: productName } = await makeBuyer(world, { price: 1_999 })
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    const cart = page.getByRole('list', { name: 'Cart' })
    const price = page.getByRole('status', { name: 'Price of the cart' })
    await cart.getByLabel('Product').first().click()
    await page.getByRole('option', { name: productName, exact: true }).click()
    await price.getByText('$19.99').waitFor()
    await cart.getByRole('textbox', { name: 'Pieces' }).fill('3')
    await price.getByText('$59.97').waitFor()
    await cart.getByRole('textbox', { name: 'Pieces' }).fill('x')
    await page.getByText('The result appears here once the cart has products', { exact: false }).waitFor()
    await expectAccessible(page)
    await cart.getByRole('button', { name: 'Take it out of the cart' }).click()
    await page.getByText('The result appears here once the cart has products', { exact: false }).waitFor()
  })
})
