import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'

const quantity = (page: Page, of: string) => page.getByRole('textbox', { name: `Quantity of ${of}`, exact: true })

describe('a quantity', () => {
  test.for(['', '0'])(
    'that is no number of things, “%s”, is what it was when the field is left',
    async (typed, { world, visit }) => {
      const { buyer, name } = await makeBuyer(world)
      const page = await visit({ as: buyer })
      await quantity(page, name).fill('3')
      await quantity(page, name).fill(typed)
      await page.getByRole('button', { name: `Quick Buy for 5,100.00: ${name}` }).waitFor()
      await quantity(page, name).press('Tab')
      await expect.poll(() => quantity(page, name).inputValue()).toBe('3')
    },
  )

  test('can be typed anew, also where one keeps what is in the cart', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000, stock: 99 })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    const inCart = quantity(page, `${name} in the cart`)
    await inCart.fill('')
    await inCart.pressSequentially('25')
    await page.getByRole('button', { name: 'Buy for 250.00' }).waitFor()
    await inCart.press('ArrowUp')
    await page.getByRole('button', { name: 'Buy for 260.00' }).waitFor()
    await inCart.fill('')
    await page.getByRole('button', { name: `Quantity of ${name} in the cart: one more` }).click()
    await page.getByRole('button', { name: 'Buy for 270.00' }).waitFor()
    expect(await inCart.inputValue()).toBe('27')
  })

  test.for([
    ['12.7', '12'],
    ['1.5', '1'],
    ['-3', '1'],
    ['1200', '120'],
    ['1e3', '1'],
  ] as const)(
    'that is typed as “%s” stays so until the field is left, and %s is kept',
    async ([typed, kept], { world, visit }) => {
      const { buyer, name } = await makeBuyer(world)
      const page = await visit({ as: buyer })
      const field = quantity(page, name)
      await field.fill('')
      await field.pressSequentially(typed)
      const mistake = page.getByRole('article', { name }).getByRole('alert')
      await mistake.getByText('Whole numbers from 1 to 1,000').waitFor()
      expect(await field.inputValue()).toBe(typed)
      await expectAccessible(page)
      await field.press('Tab')
      await expect.poll(() => field.inputValue()).toBe(kept)
      // It does not go by itself: a number that was not typed has an explanation.
      expect(await mistake.isVisible()).toBe(true)
      await page.getByRole('button', { name: `Quantity of ${name}: one more` }).click()
      await mistake.waitFor({ state: 'detached' })
    },
  )

  test('that is pasted and too large is not taken for another one; the largest is, as it is written', async ({
    world,
    visit,
  }) => {
    const { buyer, name } = await makeBuyer(world, { price: 100, stock: 5_000 })
    const page = await visit({ as: buyer, viewport: { width: 360, height: 740 } })
    await quantity(page, name).fill('5000')
    await page.getByText('Whole numbers from 1 to 1,000').waitFor()
    await expectFits(page)
    await quantity(page, name).press('Tab')
    await expect.poll(() => quantity(page, name).inputValue()).toBe('1')
    await quantity(page, name).fill('1,000')
    await page.getByRole('button', { name: `Quick Buy for 1,000.00: ${name}` }).waitFor()
  })
})
