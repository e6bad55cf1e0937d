import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { loseTheAnswer } from '#test/support/broken-answers.ts'
import { test } from '#test/support/browser-world.ts'
import { holdOrders, makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'

const OFFLINE = [/ERR_INTERNET_DISCONNECTED/]
const PHONE = { width: 360, height: 740 }

/** From now on it is this much later for the page, whose timers go on. */
async function later(page: Page, minutes: number): Promise<void> {
  await page.clock.setFixedTime(Date.now() + minutes * 60_000)
}

const itIsYours = (page: Page) => purchaseDialog(page).getByRole('heading', { name: 'It is yours' })
const banner = (page: Page) => page.getByText('The store cannot be reached')

describe('an order that was given while the store could not be reached', () => {
  test('is withdrawn for certain, and nothing is bought when the line is back', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: OFFLINE, viewport: PHONE })
    const orders: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/purchase')) orders.push(request.url())
    })
    await quickBuy(page, name).waitFor()
    await page.context().setOffline(true)
    await quickBuy(page, name).click()
    const dialog = purchaseDialog(page)
    await dialog.getByText('Your order was not sent yet', { exact: false }).waitFor()
    await expectAccessible(page)
    await expectFits(page)
    // Closed, it is still said, and can still be withdrawn.
    await dialog.getByRole('button', { name: 'Hide this purchase' }).click()
    await page.getByText('Your order was not sent yet').waitFor()
    await expectFits(page)
    await page.getByRole('button', { name: 'Withdraw the order' }).click()
    await page.getByText('Your order was not sent yet').waitFor({ state: 'detached' })
    await page.context().setOffline(false)
    await banner(page).waitFor({ state: 'hidden' })
    await page.reload()
    await page.getByRole('article', { name }).waitFor()
    expect(orders).toEqual([])
    expect(await purchasesOf(world, buyer)).toEqual([])
  })

  test('is sent by itself when the line is back soon', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: OFFLINE })
    await quickBuy(page, name).waitFor()
    await page.context().setOffline(true)
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Your order was not sent yet', { exact: false }).waitFor()
    await page.context().setOffline(false)
    await itIsYours(page).waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test.for(['sent', 'withdrawn'])(
    'is bought or withdrawn, never both, when both happen at one moment: first %s',
    async (first, { world, visit }) => {
      const { buyer, name } = await makeBuyer(world)
      const page = await visit({ as: buyer, expected: [...OFFLINE, /ERR_FAILED/] })
      await quickBuy(page, name).waitFor()
      await page.context().setOffline(true)
      await quickBuy(page, name).click()
      const withdraw = purchaseDialog(page).getByRole('button', { name: 'Withdraw the order' })
      await withdraw.waitFor()
      // Whatever is answered, the order is sent: nothing may be, before it is held.
      await page.route('**/*', (route) => route.abort())
      await page.context().setOffline(false)
      const orders = await holdOrders(page, buyer)
      const steps = [() => page.unroute('**/*'), () => withdraw.click()]
      for (const [step, next] of (first === 'sent' ? steps : steps.toReversed()).entries()) {
        await next()
        await orders.waiting(step + 1)
      }
      await orders.release()
      if (first === 'sent') await itIsYours(page).waitFor()
      else await purchaseDialog(page).waitFor({ state: 'hidden' })
      // Whatever is sent goes out before the tab knows of it.
      await page.reload()
      await page.getByRole('article', { name }).waitFor()
      expect(await purchasesOf(world, buyer)).toHaveLength(first === 'sent' ? 1 : 0)
    },
  )

  test.for(['Send the order now', 'Withdraw the order'])(
    'is not sent minutes later before the buyer was asked: %s',
    async (choice, { world, visit }) => {
      const { buyer, name } = await makeBuyer(world)
      const page = await visit({ as: buyer, expected: OFFLINE, viewport: PHONE })
      await quickBuy(page, name).waitFor()
      await page.context().setOffline(true)
      await quickBuy(page, name).click()
      const dialog = purchaseDialog(page)
      await dialog.getByText('Your order was not sent yet', { exact: false }).waitFor()
      await later(page, 12)
      await page.context().setOffline(false)
      await dialog.getByRole('heading', { name: 'Do you still want this?' }).waitFor()
      await dialog.getByText('You ordered this 12 minutes ago, and it was not sent', { exact: false }).waitFor()
      await expectAccessible(page)
      await expectFits(page)
      expect(await purchasesOf(world, buyer)).toEqual([])
      // A reload does not send it either.
      await page.reload()
      await dialog.getByRole('button', { name: choice }).click()
      if (choice === 'Send the order now') await itIsYours(page).waitFor()
      else await dialog.waitFor({ state: 'hidden' })
      expect(await purchasesOf(world, buyer)).toHaveLength(choice === 'Send the order now' ? 1 : 0)
    },
  )
})

test('an old order whose answer was lost says that it may have been bought, and is bought once', async ({
  world,
  visit,
}) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer })
  await page.route('**/purchase', loseTheAnswer, { times: 1 })
  await quickBuy(page, name).click()
  await expect.poll(async () => (await purchasesOf(world, buyer)).length).toBe(1)
  await later(page, 12)
  await page.reload()
  const dialog = purchaseDialog(page)
  await dialog.getByText('the answer of the store never arrived', { exact: false }).waitFor()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Send the order again' }).click()
  await itIsYours(page).waitFor()
  expect(await purchasesOf(world, buyer)).toHaveLength(1)
})

describe('where an order stands', () => {
  test('is in view on every page, however far it is scrolled, and so is the connection', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: OFFLINE, viewport: PHONE })
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByText('Order received').waitFor()
    await purchaseDialog(page).getByRole('button', { name: 'Hide this purchase' }).click()
    for (const path of ['Campaigns', 'Buy', 'Operations']) {
      await page.getByRole('button', { name: 'Open the menu' }).click()
      await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: path, exact: true }).click()
      if (path === 'Buy') await purchaseDialog(page).getByRole('button', { name: 'Hide this purchase' }).click()
      await page.getByRole('heading', { level: 1, name: path }).waitFor()
      const line = page.getByText('Your purchase is under way')
      await line.waitFor()
      await page.evaluate('document.getElementById("main").style.minHeight = "4000px"; window.scrollTo(0, 1500)')
      await expect.poll(async () => (await line.boundingBox())?.y ?? -1).toBeGreaterThan(0)
      expect((await line.boundingBox())?.y).toBeLessThan(740)
      await expectAccessible(page)
      await expectFits(page)
    }
    await page.context().setOffline(true)
    await banner(page).waitFor()
    expect((await banner(page).boundingBox())?.y).toBeLessThan(740)
    await page.context().setOffline(false)
    await banner(page).waitFor({ state: 'hidden' })
    await world.startWorker()
    await page.getByText('Your purchase has ended').waitFor()
    await page.getByRole('link', { name: 'Show the purchase' }).click()
    await itIsYours(page).waitFor()
  })
})
