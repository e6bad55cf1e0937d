import { beforeEach, describe, expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'

let run = 0
let product: string
let buyer: string

beforeEach<{ world: never }>(() => {
  run += 1
  product = `unicorn-${run}`
  buyer = `buyer-${run}`
})

describe('buying', () => {
  test('with Quick Buy tells every step, what it earned, and what is left', async ({ world, visit }) => {
    await world.shop.addProduct({ id: product, priceMinor: 170_000, stock: 4 })
    await world.shop.addWallet({ username: buyer, balanceMinor: 330_000 })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Quick Buy Product ${product}` }).click()
    const dialog = page.getByRole('dialog', { name: 'Your purchase' })
    await dialog.getByRole('heading', { name: 'It is yours' }).waitFor()
    await dialog.getByText('You earned 170 points by campaign “1”').waitFor()
    await page.getByText('1,600.00').first().waitFor()
    expect(await world.shop.balance(buyer)).toBe(160_000)
  })
})
