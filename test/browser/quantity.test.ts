import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, quickBuy } from '#test/support/buyer.ts'

const quantity = (page: Page, of: string) => page.getByRole('textbox', { name: `Quantity of ${of}`, exact: true })

describe('a quantity', () => {
  test('that was emptied is what it was when the field is left', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await quantity(page, name).fill('3')
    await page.getByRole('button', { name: `Quick Buy for $5,100.00: ${name}` }).waitFor()
    await quantity(page, name).fill('')
    await expect.poll(() => quickBuy(page, name).isDisabled()).toBe(true)
    await quantity(page, name).press('Tab')
    await expect.poll(() => quantity(page, name).inputValue()).toBe('3')
    expect(await quickBuy(page, name).isEnabled()).toBe(true)
  })

  test('can be typed anew, also where one keeps what is in the cart', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000, stock: 99 })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    const inCart = quantity(page, `${name} in the cart`)
    await inCart.fill('')
    await inCart.pressSequentially('25')
    await page.getByRole('button', { name: 'Buy for $250.00' }).waitFor()
    await inCart.press('ArrowUp')
    await page.getByRole('button', { name: 'Buy for $260.00' }).waitFor()
    await inCart.fill('')
    await page.getByRole('button', { name: `Quantity of ${name} in the cart: one more` }).click()
    await page.getByRole('button', { name: 'Buy for $270.00' }).waitFor()
    expect(await inCart.inputValue()).toBe('27')
  })

  test.for(['12.7', '1.5', '-3', '0', '1200', '1e3'])(
    'that is typed as “%s” stays so, and nothing can be bought by it',
    async (typed, { world, visit }) => {
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
      expect(await field.inputValue()).toBe(typed)
      expect(await quickBuy(page, name).isDisabled()).toBe(true)
      expect(await page.getByRole('button', { name: `Add ${name} to the cart` }).isDisabled()).toBe(true)
      await field.fill('2')
      await mistake.waitFor({ state: 'detached' })
      expect(await quickBuy(page, name).isEnabled()).toBe(true)
    },
  )

  test('that is none keeps the cart from being bought', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000, stock: 99 })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    const inCart = quantity(page, `${name} in the cart`)
    await inCart.fill('')
    await inCart.pressSequentially('1500')
    await page.getByText('Whole numbers from 1 to 1,000').waitFor()
    await expect.poll(() => page.getByRole('button', { name: /^Buy for/ }).isDisabled()).toBe(true)
    await inCart.fill('15')
    await page.getByRole('button', { name: 'Buy for $150.00', disabled: false }).waitFor()
  })

  test('that is pasted and too large is not taken for another one; the largest is, as it is written', async ({
    world,
    visit,
  }) => {
    const { buyer, name } = await makeBuyer(world, { price: 100, stock: 5_000 })
    const page = await visit({ as: buyer, viewport: { width: 360, height: 740 } })
    await quantity(page, name).fill('5000')
    await page.getByText('Whole numbers from 1 to 1,000').waitFor()
    await expectFits(page)
    await quantity(page, name).fill('1,000')
    await page.getByRole('button', { name: `Quick Buy for $1,000.00: ${name}` }).waitFor()
  })
})
