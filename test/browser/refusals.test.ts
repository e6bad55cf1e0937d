import { describe, expect } from 'vitest'
import { expectAccessible, expectFocusOn } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'

describe('a refusal says why, and what would work', () => {
  test('out of stock: take what is left', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world, { price: 10_000, stock: 2 })
    const page = await visit({ as: buyer })
    await page.getByRole('textbox', { name: `Quantity of ${name}` }).fill('5')
    await page.getByRole('article', { name }).getByText('Only 2 left').waitFor()
    await page.getByRole('button', { name: `Quick Buy for $500.00: ${name}` }).click()

    const dialog = purchaseDialog(page)
    await dialog.getByRole('heading', { name: '2 left, you asked for 5' }).waitFor()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Buy 2 for $200.00' }).click()
    await dialog.getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await world.shop.stock(product)).toEqual({ onHand: 0, reserved: 0 })
    await dialog.getByRole('button', { name: 'Keep shopping' }).click()
    await page.getByRole('article', { name }).getByText('Sold out').waitFor()
  })

  test('not enough money: top up, and buy', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 160_000, balance: 100_000 })
    const page = await visit({ as: buyer })
    await quickBuy(page, name).click()
    const dialog = purchaseDialog(page)
    await dialog.getByRole('heading', { name: '$600.00 missing' }).waitFor()
    await dialog.getByText('Stock released').waitFor()
    await dialog.getByRole('button', { name: 'Top up $600.00' }).press('Enter')
    await dialog.getByRole('heading', { name: 'Your wallet covers the purchase now' }).waitFor()
    await dialog.getByText('$600.00 was missing. Nothing was charged. Nothing is bought yet.').waitFor()
    await expectFocusOn(page, 'Your wallet covers the purchase now')
    await page.getByText('$1,600.00').first().waitFor()
    await dialog.getByRole('button', { name: 'Buy for $1,600.00' }).click()
    await dialog.getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await world.shop.balance(buyer)).toBe(0)
    expect((await purchasesOf(world, buyer)).map(({ status }) => status)).toEqual(['completed', 'refused'])
  })

  test('not enough money any more: what the wallet held before does not count', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.route('**/users/balance/*', () => {})
    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByRole('heading', { name: '$100.00 missing' }).waitFor()
    await page.getByRole('button', { name: `${buyer} Balance $3,300.00`, includeHidden: true }).waitFor()
  })

  test('not enough money: fewer, or with points', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 60_000, balance: 110_000 })
    await world.api.post('/points', { account_id: buyer, amount: 1_200 })
    const page = await visit({ as: buyer })
    await page.getByRole('textbox', { name: `Quantity of ${name}` }).fill('2')
    await page.getByRole('button', { name: `Quick Buy for $1,200.00: ${name}` }).click()
    const dialog = purchaseDialog(page)
    await dialog.getByRole('heading', { name: '$100.00 missing' }).waitFor()
    await dialog.getByRole('button', { name: 'Buy 1 for $600.00' }).waitFor()
    // The 100 that are missing are worth 1,000 points.
    await dialog.getByRole('button', { name: 'Pay 1,000 points and $1,100.00' }).click()
    await dialog.getByText('You paid $1,100.00 and 1,000 points.').waitFor()
  })

  test('a price that changed is shown before it is paid', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await quickBuy(page, name).waitFor()
    // The page does not hear of it in time: its next look at the products gets what it has already.
    const shown = await (await page.request.get('/products?limit=500')).body()
    await page.route('**/products?*', (route) => route.fulfill({ body: shown, contentType: 'application/json' }))
    await world.api.call('PATCH', `/products/${product}`, { body: { price: 1800 } })
    await page.getByRole('button', { name: `Quick Buy for $1,700.00: ${name}` }).click()

    const dialog = purchaseDialog(page)
    await dialog.getByText('The price was $1,700.00 and is now $1,800.00. Nothing was charged.').waitFor()
    expect(await world.shop.balance(buyer)).toBe(330_000)
    await dialog.getByRole('button', { name: 'Buy for $1,800.00' }).click()
    await dialog.getByText('You paid $1,800.00.').waitFor()
  })

  test('points that were spent elsewhere: pay with those that are left', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    await world.api.post('/points', { account_id: buyer, amount: 500 })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    const cart = page.getByRole('complementary', { name: 'Your cart' })
    await cart.getByRole('button', { name: 'Use all 500 points' }).click()
    await cart.getByText('500 points save $50.00.').waitFor()
    await cart.getByRole('button', { name: 'Buy for $1,650.00' }).waitFor()
    // The page does not hear in time that they are spent elsewhere.
    const lines = [{ productId: product, quantity: 1 }]
    const quote = await world.api.post('/purchase/quote', { userId: buyer, lines, redeemPoints: 500 })
    await page.route('**/purchase/quote', (route) => {
      if (route.request().postDataJSON().redeemPoints !== 500) return route.continue()
      return route.fulfill({ json: quote.body })
    })
    await world.api.call('DELETE', '/points', { body: { account_id: buyer, amount: 200 } })
    await cart.getByRole('button', { name: 'Buy for $1,650.00' }).click()

    const dialog = purchaseDialog(page)
    await dialog.getByText('You have 300 points to spend, and wanted to spend 500 points.').waitFor()
    await dialog.getByRole('button', { name: 'Pay 300 points and $1,670.00' }).click()
    await dialog.getByText('You paid $1,670.00 and 300 points.').waitFor()
  })

  test('a product that is no longer there: change the order', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/404/] })
    await page.route('**/purchase', async (route) => {
      const order = { ...route.request().postDataJSON(), lines: [{ productId: 'gone', quantity: 1 }] }
      await route.continue({ postData: order })
    })
    await quickBuy(page, name).click()
    const dialog = purchaseDialog(page)
    await dialog.getByRole('heading', { name: 'There is no such product' }).waitFor()
    await dialog.getByRole('button', { name: 'Change the order' }).click()
    await dialog.waitFor({ state: 'hidden' })
  })
})

test('an order that was refused is not sent again, neither after an outage nor after a reload', async ({
  world,
  visit,
}) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer, expected: [/404/, /ERR_INTERNET_DISCONNECTED/] })
  await page.route('**/purchase', (route) => {
    const order = { ...route.request().postDataJSON(), lines: [{ productId: 'gone', quantity: 1 }] }
    return route.continue({ postData: order })
  })
  let sent = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/purchase')) sent += 1
  })
  await quickBuy(page, name).click()
  const refusal = purchaseDialog(page).getByRole('heading', { name: 'There is no such product' })
  await refusal.waitFor()
  await page.context().setOffline(true)
  await page.getByText('The store cannot be reached').waitFor()
  // Who can be chosen is asked for when everything is.
  await page.waitForRequest((request) => new URL(request.url()).pathname === '/users')
  await page.context().setOffline(false)
  await page.getByText('The store cannot be reached').waitFor({ state: 'hidden' })
  await page.reload()
  await refusal.waitFor()
  expect(sent).toBe(1)
})
