import { Client, Connection } from '@temporalio/client'
import type { Page } from 'playwright-core'
import { describe, expect, inject } from 'vitest'
import { openDatabase } from '#db/client.ts'
import { expectAccessible } from '#test/support/accessibility.ts'
import type { Api } from '#test/support/api-world.ts'
import { loseTheAnswer } from '#test/support/broken-answers.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'

describe('while no worker works', () => {
  test('the purchase waits, says that the money is safe, and is done once there is one', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await world.stopWorker()
    await quickBuy(page, name).click()
    const dialog = purchaseDialog(page)
    await dialog.getByText('Order received').waitFor()
    await dialog.getByText('Reserving the stock …').waitFor()
    await dialog.getByText('Still under way: your money is safe').waitFor()
    await expectAccessible(page)
    await world.startWorker()
    await dialog.getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await world.shop.balance(buyer)).toBe(160_000)
  })

  test('a reload finds the purchase again', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await page.reload()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await world.startWorker()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test('it can be watched in more tabs than a browser has connections, and the store goes on in all of them', async ({
    world,
    visit,
  }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    const [bought] = await purchasesOf(world, buyer)
    const watching: Page[] = []
    for (let tab = 0; tab < 7; tab++) {
      const another = await page.context().newPage()
      await another.goto(`/store/purchases/${bought?.purchaseId}`)
      await another.getByText('Reserving the stock …').waitFor()
      watching.push(another)
    }
    const looking = await page.context().newPage()
    await looking.goto('/store/points')
    await looking.getByRole('button', { name: `${buyer} Balance $3,300.00` }).waitFor()
    await world.startWorker()
    for (const tab of watching) await tab.getByText('Sale confirmed').waitFor()
  })

  test('one can look around meanwhile, and cancel', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByRole('button', { name: 'Hide this purchase' }).click()
    await page.getByText('Your purchase is under way').waitFor()
    await page.getByRole('link', { name: 'Purchases' }).click()
    await page.getByRole('heading', { name: 'Purchases' }).waitFor()
    await page.getByRole('link', { name: 'Buy', exact: true }).click()

    await purchaseDialog(page).getByRole('button', { name: 'Cancel this purchase' }).click()
    await expect
      .poll(async () => (await world.api.get(`/purchases?userId=${buyer}`)).body.items[0].cancelRequestedAt)
      .not.toBeNull()
    await world.startWorker()
    await purchaseDialog(page).getByRole('heading', { name: 'Cancelled' }).waitFor()
    expect(await world.shop.balance(buyer)).toBe(330_000)
    await purchaseDialog(page).getByRole('button', { name: 'Buy for $1,700.00' }).click()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
  })
})

describe('an order whose answer was never seen', () => {
  test('is the same purchase after a reload', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.route('**/purchase', loseTheAnswer, { times: 1 })
    await quickBuy(page, name).click()
    await expect.poll(async () => (await purchasesOf(world, buyer)).length).toBe(1)
    await purchaseDialog(page).getByText('Sending your order').waitFor()
    await page.reload()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })
})

describe('while a part of the store is away', () => {
  /** Orders go to another server as long as `away` says so. */
  async function ordersTo(page: Page, cutOff: Api, away: () => boolean): Promise<void> {
    await page.route('**/purchase', async (route) => {
      if (!away()) return route.continue()
      const headers = { ...route.request().headers(), origin: cutOff.url }
      return route.fulfill({ response: await route.fetch({ url: `${cutOff.url}/purchase`, headers }) })
    })
  }

  test('the order is repeated until it is taken, and buys once', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const noDatabase = openDatabase({ databaseUrl: 'postgres://app@127.0.0.1:1/store', applicationName: 'test' })
    const cutOff = await world.serve({ sql: noDatabase, storeDir: inject('storeDir') })
    const page = await visit({ as: buyer, expected: [/503/] })
    let away = true
    await ordersTo(page, cutOff, () => away)
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Waiting for the store').waitFor()
    away = false
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
    await noDatabase.end({ timeout: 1 })
  })

  test('an order that is taken without Temporal is shown as received, and goes on when it is back', async ({
    world,
    visit,
  }) => {
    const { buyer, name } = await makeBuyer(world)
    const nowhere = Connection.lazy({ address: '127.0.0.1:1' })
    const cutOff = await world.serve({ temporal: new Client({ connection: nowhere }), storeDir: inject('storeDir') })
    const page = await visit({ as: buyer })
    await ordersTo(page, cutOff, () => true)
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    const [purchase] = await purchasesOf(world, buyer)
    await world.start(purchase?.purchaseId ?? '')
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
    await nowhere.close()
  })

  test('a purchase whose stream does not open is asked for instead', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/ERR_FAILED/] })
    await page.route('**/purchases/*/events', (route) => route.abort())
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await world.startWorker()
    await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
  })

  test('a store that does not answer is said to be away, and shown again when it is back', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/ERR_INTERNET_DISCONNECTED/] })
    await page.getByRole('article', { name }).waitFor()
    await page.context().setOffline(true)
    await page.getByText('The store cannot be reached').waitFor()
    await page.getByRole('article', { name }).waitFor()
    await page.context().setOffline(false)
    await page.getByText('The store cannot be reached').waitFor({ state: 'hidden' })
  })
})
