import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
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
})
