import { expect, inject } from 'vitest'
import { createMoney } from '#domain/money.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'

test('amounts are shown and taken in the currency and the locale of the installation', async ({ world, visit }) => {
  const { buyer, name } = await makeBuyer(world, { price: 1_700, balance: 330_000 })
  const store = await world.serve({ storeDir: inject('storeDir'), money: createMoney('JPY', 'de-DE') })
  const page = await visit({ as: buyer, url: store.url })
  await page.getByRole('article', { name, exact: true }).getByText('1.700\u00a0¥').waitFor()
  await page.getByRole('button', { name: `${buyer} Balance 330.000 ¥` }).waitFor()
  await page.goto('/store/operations?panel=stock')
  await page.getByRole('button', { name: 'Add a product' }).click()
  const price = page.getByRole('textbox', { name: 'Price' })
  await price.fill('1.700,5')
  await page.getByText('Enter a whole number from 1 to 1.000.000.000.').waitFor()
  await price.fill('1.700')
  expect(await page.getByText('Enter a whole number').count()).toBe(0)
})
