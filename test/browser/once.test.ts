import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible } from '#test/support/accessibility.ts'
import { answer500, breakOff, doAndAnswer500 } from '#test/support/broken-answers.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'

const itIsYours = (page: Page) => purchaseDialog(page).getByRole('heading', { name: 'It is yours' })

describe('one purchase is made', () => {
  test.for([
    ['breaks off', breakOff],
    ['is an error of the store', doAndAnswer500],
  ] as const)('when the answer to an order %s', async ([, instead], { world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/500/] })
    await page.route('**/purchase', instead, { times: 1 })
    await quickBuy(page, name).click()
    await itIsYours(page).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
    expect(await world.shop.balance(buyer)).toBe(160_000)
  })

  test('when it cannot be shown at once, and no text says that nothing was charged', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/500/] })
    await page.route(/\/purchases\/[^/]+$/, doAndAnswer500, { times: 1 })
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByRole('button', { name: 'Try again' }).click()
    await itIsYours(page).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test('of one cart in two tabs', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    const other = await page.context().newPage()
    await other.goto('/store/')
    await other.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).waitFor()
    await world.stopWorker()
    await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await other.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).click()
    await purchaseDialog(other).getByText('Order received').waitFor()
    await world.startWorker()
    await itIsYours(other).waitFor()
    await itIsYours(page).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test('of a cart whose tab was closed, and the next one shows it', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    await world.stopWorker()
    await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    const later = await page.context().newPage()
    await page.close()
    await world.startWorker()
    await later.goto('/store/')
    await itIsYours(later).waitFor()
    await later.getByRole('button', { name: 'Keep shopping' }).click()
    await later.getByText('There is nothing in it yet.').waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })
})

test('an order to which the store answers with nothing but errors can be put aside, and is found if it was taken', async ({
  world,
  visit,
}) => {
  const { buyer, name } = await makeBuyer(world)
  const second = await makeBuyer(world, { price: 100_000 })
  const page = await visit({ as: buyer, expected: [/500/] })
  await page.route('**/purchase', doAndAnswer500)
  await quickBuy(page, name).click()
  const dialog = purchaseDialog(page)
  await dialog.getByText('An error occurred in the store, and we keep trying.').waitFor()
  await dialog.getByText('the request number, 4711').waitFor()
  await dialog.getByText('The order may still have been bought').waitFor()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Hide this purchase' }).click()
  await quickBuy(page, second.name).click()
  await dialog.getByText(`Not bought yet: ${second.name}`).waitFor()
  await dialog.getByRole('button', { name: 'Stop waiting' }).click()
  await dialog.waitFor({ state: 'hidden' })

  await page.unroute('**/purchase')
  await quickBuy(page, second.name).click()
  await itIsYours(page).waitFor()
  await dialog.getByRole('button', { name: 'Keep shopping' }).click()
  await page.getByRole('link', { name: 'Purchases' }).click()
  await page.getByRole('link', { name }).waitFor()
  expect((await purchasesOf(world, buyer)).map(({ total }) => total)).toEqual([1000, 1700])
})

test('a purchase of which the store knows nothing any more is left behind, and another one is made', async ({
  world,
  visit,
}) => {
  const { buyer, name } = await makeBuyer(world)
  const second = await makeBuyer(world, { price: 100_000 })
  const page = await visit({ as: buyer, expected: [/404/] })
  const reads = /\/purchases\/[^/]+$/
  await page.route(reads, (route) => {
    const unknown = route
      .request()
      .url()
      .replace(/[^/]+$/, crypto.randomUUID())
    return route.continue({ url: unknown })
  })
  await quickBuy(page, name).click()
  await purchaseDialog(page).getByRole('heading', { name: 'This purchase no longer exists' }).waitFor()
  await expectAccessible(page)
  await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
  await page.unroute(reads)
  await quickBuy(page, second.name).click()
  await purchaseDialog(page).getByText('You paid $1,000.00.').waitFor()
})

test('a top-up whose answer breaks off counts once', async ({ world, visit }) => {
  const { buyer, name } = await makeBuyer(world, { balance: 100_000 })
  const page = await visit({ as: buyer })
  await page.route('**/top-ups', breakOff, { times: 1 })
  await quickBuy(page, name).click()
  await purchaseDialog(page).getByRole('button', { name: 'Top up $700.00' }).click()
  await page.getByRole('button', { name: `${buyer} Balance $1,700.00` }).waitFor()
  expect(await world.shop.balance(buyer)).toBe(170_000)
})

test('what is put into the cart during a purchase stays there, and another product can be bought after it', async ({
  world,
  visit,
}) => {
  const first = await makeBuyer(world)
  const second = await makeBuyer(world, { price: 100_000 })
  const page = await visit({ as: first.buyer })
  await page.getByRole('button', { name: `Add ${first.name} to the cart` }).click()
  await world.stopWorker()
  await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).click()
  await purchaseDialog(page).getByRole('button', { name: 'Hide this purchase' }).click()
  await page.getByRole('button', { name: `Add ${second.name} to the cart` }).click()
  await world.startWorker()
  await page.getByText('Your purchase has ended').waitFor()
  await page.getByRole('button', { name: 'Buy for $1,000.00', exact: true }).waitFor()
  await quickBuy(page, second.name).click()
  await itIsYours(page).waitFor()
  await expect.poll(async () => (await purchasesOf(world, first.buyer)).map(({ total }) => total)).toEqual([1000, 1700])
})

test('what was bought leaves the cart, also when the purchase could not be read at first', async ({ world, visit }) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer, expected: [/500/] })
  await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
  await page.route(/\/purchases\/[\da-f-]+$/, answer500, { times: 1 })
  await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).click()
  await purchaseDialog(page).getByRole('button', { name: 'Try again' }).waitFor()
  await purchaseDialog(page).getByRole('button', { name: 'Hide this purchase' }).click()
  await page.getByRole('button', { name: 'Show the purchase' }).click()
  await purchaseDialog(page).getByRole('button', { name: 'Try again' }).click()
  await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
  await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
  await page.getByText('There is nothing in it yet.', { exact: false }).waitFor()
})
