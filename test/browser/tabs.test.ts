import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { holdOrders, makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'
import { inThePage } from '#test/support/hands.ts'

const itIsYours = (page: Page) => purchaseDialog(page).getByRole('heading', { name: 'It is yours' })
const keepShopping = (page: Page) => purchaseDialog(page).getByRole('button', { name: 'Keep shopping' })
const buyTheCart = (page: Page, total: string) => page.getByRole('button', { name: `Buy for ${total}`, exact: true })
const addToCart = (page: Page, name: string) => page.getByRole('button', { name: `Add ${name} to the cart` })
const totalsOf = async (...of: Parameters<typeof purchasesOf>) =>
  (await purchasesOf(...of)).map(({ total }) => total).toSorted()

/** One more tab of the same browser. */
async function openTab(page: Page, { asleep = false } = {}): Promise<Page> {
  const tab = await page.context().newPage()
  // One that sleeps hears of the others too late.
  if (asleep) await tab.addInitScript('addEventListener("storage", (event) => event.stopImmediatePropagation())')
  await tab.goto('/store/')
  // Whatever is bought from now on it has not begun with.
  await tab.getByRole('article').first().waitFor()
  return tab
}

describe('an order of one tab is left alone by another one', () => {
  test('that closes an earlier one late', async ({ world, visit }) => {
    const first = await makeBuyer(world)
    const second = await makeBuyer(world, { price: 4_999 })
    const page = await visit({ as: first.buyer })
    const late = await openTab(page, { asleep: true })
    await quickBuy(late, first.name).click()
    await itIsYours(late).waitFor()
    await page.reload()
    await keepShopping(page).click()
    await addToCart(page, second.name).click()
    await world.stopWorker()
    await buyTheCart(page, '$49.99').click()
    await purchaseDialog(page).getByText('Order received').waitFor()

    await keepShopping(late).click()
    await purchaseDialog(late).waitFor({ state: 'hidden' })
    await world.startWorker()
    await itIsYours(page).waitFor()
    await keepShopping(page).click()
    await page.getByText('There is nothing in it yet.').waitFor()
    expect(await totalsOf(world, first.buyer)).toEqual([1700, 49.99])
  })

  test('that is answered late', async ({ world, visit }) => {
    const first = await makeBuyer(world)
    const second = await makeBuyer(world, { price: 4_999 })
    const page = await visit({ as: first.buyer })
    const late = await openTab(page, { asleep: true })
    const answers = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    await late.route('**/purchase', async (route) => {
      const response = await route.fetch()
      await answers.promise
      await route.fulfill({ response })
      released.resolve()
    })
    await quickBuy(late, first.name).click()
    await expect.poll(() => purchasesOf(world, first.buyer)).toMatchObject([{ status: 'completed' }])
    await page.reload()
    await keepShopping(page).click()
    await world.stopWorker()
    await quickBuy(page, second.name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()

    answers.resolve()
    await released.promise
    await purchaseDialog(late).waitFor({ state: 'hidden' })
    await page.reload()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await purchaseDialog(page).getByText(second.name).waitFor()
    await world.startWorker()
    await itIsYours(page).waitFor()
    expect(await totalsOf(world, first.buyer)).toEqual([1700, 49.99])
  })
})

describe('a click on another product, while one tab shows a purchase', () => {
  test('buys it if that purchase has ended, and the other tab makes room', async ({ world, visit }) => {
    const first = await makeBuyer(world)
    const second = await makeBuyer(world, { price: 1_295 })
    const page = await visit({ as: first.buyer })
    const other = await openTab(page)
    await quickBuy(page, first.name).click()
    await itIsYours(page).waitFor()
    await quickBuy(other, second.name).click()
    await purchaseDialog(other).getByText('You paid $12.95.').waitFor()
    await purchaseDialog(page).waitFor({ state: 'hidden' })
    expect(await totalsOf(world, first.buyer)).toEqual([12.95, 1700])
  })

  test('says that it was not bought if that purchase is under way', async ({ world, visit }) => {
    const first = await makeBuyer(world)
    const second = await makeBuyer(world, { price: 1_295 })
    const page = await visit({ as: first.buyer })
    const other = await openTab(page)
    await world.stopWorker()
    await quickBuy(page, first.name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await quickBuy(other, second.name).click()
    await purchaseDialog(other).getByText(`Not bought yet: ${second.name}`).waitFor()
    await expectAccessible(other)
    await world.startWorker()
    await itIsYours(other).waitFor()
    await purchaseDialog(other).getByText(`Not bought yet: ${second.name}`).waitFor()
    await keepShopping(other).click()
    await purchaseDialog(page).waitFor({ state: 'hidden' })
    expect(await totalsOf(world, first.buyer)).toEqual([1700])
    await quickBuy(other, second.name).click()
    await purchaseDialog(other).getByText('You paid $12.95.').waitFor()
  })
})

describe('two tabs that are clicked at the same instant', () => {
  /** Clicks in all tabs at one moment of the clock that they share. */
  const clickTogether = async (name: string, ...tabs: Page[]) => {
    const at = Date.now() + 1_000
    const click = inThePage(`(button) => setTimeout(() => button.click(), ${at} - Date.now())`)
    await Promise.all(tabs.map((tab) => quickBuy(tab, name).evaluate(click)))
  }

  test('buy once, and both show it', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 100, stock: 20 })
    const page = await visit({ as: buyer })
    const other = await openTab(page)
    for (const round of [1, 2, 3, 4, 5, 6]) {
      await clickTogether(name, page, other)
      for (const tab of [page, other]) await itIsYours(tab).waitFor()
      expect(await purchasesOf(world, buyer)).toHaveLength(round)
      await keepShopping(page).click()
      await purchaseDialog(other).waitFor({ state: 'hidden' })
    }
  })

  test('buy once, whatever either does before the other one has written its order down', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    const other = await openTab(page)
    const orders = await holdOrders(page, buyer)
    for (const tab of [page, other]) await quickBuy(tab, name).click()
    await orders.waiting(2)
    await orders.release()
    for (const tab of [page, other]) await itIsYours(tab).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test('buy one thing if they are about two, and the other tab says so', async ({ world, visit }) => {
    const first = await makeBuyer(world)
    const second = await makeBuyer(world, { price: 1_295 })
    const page = await visit({ as: first.buyer })
    const other = await openTab(page)
    await world.stopWorker()
    const orders = await holdOrders(page, first.buyer)
    await quickBuy(page, first.name).click()
    await orders.waiting(1)
    await quickBuy(other, second.name).click()
    await orders.waiting(2)
    await orders.release()
    await purchaseDialog(other).getByText(`Not bought yet: ${second.name}`).waitFor()
    await world.startWorker()
    for (const tab of [page, other]) await itIsYours(tab).waitFor()
    expect(await totalsOf(world, first.buyer)).toEqual([1700])
  })

  test('choose the same other order after a refusal, and it is bought once', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world, { price: 1_000, balance: 2_500 })
    const page = await visit({ as: buyer })
    await page.getByRole('textbox', { name: `Quantity of ${name}` }).fill('3')
    await quickBuy(page, name).click()
    const instead = (tab: Page) => purchaseDialog(tab).getByRole('button', { name: 'Buy 2 for $20.00' })
    await instead(page).waitFor()
    const other = await openTab(page)
    await instead(other).waitFor()
    const orders = await holdOrders(page, buyer)
    for (const tab of [page, other]) await instead(tab).click()
    await orders.waiting(2)
    await orders.release()
    for (const tab of [page, other]) {
      await itIsYours(tab).waitFor()
      expect(await purchaseDialog(tab).getByText('Not bought yet', { exact: false }).count()).toBe(0)
    }
    expect(await purchasesOf(world, buyer)).toMatchObject([{ status: 'completed' }, { status: 'refused' }])
  })
})

test('what was bought leaves the cart once, though two tabs see it', async ({ world, visit }) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer })
  await addToCart(page, name).click()
  const other = await openTab(page)
  await world.stopWorker()
  await buyTheCart(page, '$1,700.00').click()
  await buyTheCart(other, '$1,700.00').click()
  await purchaseDialog(other).getByRole('button', { name: 'Hide this purchase' }).click()
  await addToCart(other, name).click()
  await addToCart(other, name).click()
  await world.startWorker()
  await itIsYours(page).waitFor()
  await other.getByText('Your purchase has ended').waitFor()
  await keepShopping(page).click()
  for (const tab of [page, other]) await buyTheCart(tab, '$3,400.00').waitFor()
  expect(await totalsOf(world, buyer)).toEqual([1700])
})
