import { expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'

test.for([
  ['while one looks on', false],
  ['before it is shown for the first time', true],
] as const)(
  'what a purchase has changed is read again, and once, when it ends %s',
  async ([, isOver], { world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    const card = page.getByRole('article', { name, exact: true })
    await card.getByText('Earns 170 points').waitFor()
    await page.route(/\/purchases\/[^/]+$/, async (route) => {
      if (isOver) await expect.poll(() => purchasesOf(world, buyer)).toMatchObject([{ status: 'completed' }])
      await route.continue()
    })
    let quotes = 0
    page.on('request', (request) => {
      const isQuote = request.url().endsWith('/purchase/quote')
      if (isQuote && request.postDataJSON().lines[0].productId === product) quotes += 1
    })
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('$1,600.00 is left in your wallet.').waitFor()
    await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    await card.getByText('3 left').waitFor()
    await page.getByRole('button', { name: `${buyer} Balance $1,600.00` }).waitFor()
    expect(quotes).toBe(1)
  },
)

test('what is left in the wallet is shown once it is known, and not as it was before', async ({ world, visit }) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer })
  const answers = Promise.withResolvers<void>()
  await page.route('**/users/balance/*', async (route) => {
    await answers.promise
    await route.continue()
  })
  await quickBuy(page, name).click()
  await purchaseDialog(page).getByText('You paid $1,700.00.').waitFor()
  expect(await purchaseDialog(page).getByText('is left in your wallet').count()).toBe(0)
  answers.resolve()
  await purchaseDialog(page).getByText('$1,600.00 is left in your wallet.').waitFor()
})
