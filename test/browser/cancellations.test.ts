import { describe, expect } from 'vitest'
import { expectAccessible, expectFocusOn } from '#test/support/accessibility.ts'
import { answer500, loseTheAnswer } from '#test/support/broken-answers.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'

describe('a cancellation that does not get through', () => {
  test('is said to be so, with what to report, and can be asked for again', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/500/] })
    await page.route('**/cancel', answer500, { times: 1 })
    await world.stopWorker()
    await quickBuy(page, name).click()
    const cancel = purchaseDialog(page).getByRole('button', { name: 'Cancel this purchase' })
    await cancel.click()
    await purchaseDialog(page).getByRole('alert').getByText('the request number, 4711').waitFor()
    await expectAccessible(page)
    await cancel.click()
    await purchaseDialog(page).getByText('Cancellation requested').waitFor()
    await world.startWorker()
    await purchaseDialog(page).getByRole('heading', { name: 'Cancelled' }).waitFor()
  })

  test('leaves the focus where the answer is', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/ERR_FAILED/] })
    await page.route('**/cancel', (route) => route.abort())
    await world.stopWorker()
    await quickBuy(page, name).click()
    await page.getByRole('button', { name: 'Hide this purchase' }).click()
    await page.getByRole('link', { name: 'Purchases' }).click()
    await page.getByRole('link', { name }).click()
    await page.getByRole('button', { name: 'Cancel this purchase' }).press('Enter')
    await page.getByRole('alert').getByText('It does not answer at the moment. Try again').waitFor()
    // A button that was away for less than a frame has never lost it.
    await expectFocusOn(page, /Under way|Cancel this purchase/)
    await world.startWorker()
    await page.getByText('$1,700.00 paid').waitFor()
  })
})

describe('a cancellation that is asked for by keyboard, and decided later, leaves the focus where it is shown', () => {
  test('in the dialog', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.route('**/cancel', loseTheAnswer)
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByRole('button', { name: 'Cancel this purchase' }).press('Enter')
    await purchaseDialog(page).getByText('Cancellation requested').waitFor()
    await expectFocusOn(page, 'The purchase continues if you close this page.')
    await world.startWorker()
    await purchaseDialog(page).getByRole('heading', { name: 'Cancelled' }).waitFor()
    await expectFocusOn(page, 'Cancelled')
  })

  test('on the page of the purchase', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.route('**/cancel', loseTheAnswer)
    await world.stopWorker()
    await quickBuy(page, name).click()
    await purchaseDialog(page).getByRole('button', { name: 'Hide this purchase' }).click()
    await page.getByRole('link', { name: 'Purchases' }).click()
    await page.getByRole('link', { name }).click()
    await page.getByRole('button', { name: 'Cancel this purchase' }).press('Enter')
    await page.getByText('Cancellation requested').waitFor()
    await expectFocusOn(page, 'Under way')
    await world.startWorker()
    await page.getByText('Nothing was bought, and the order was undone.').waitFor()
  })
})

test('a cancellation that comes after the sale is said to be too late, with the way to a refund', async ({
  world,
  visit,
}) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer })
  const dialog = purchaseDialog(page)
  await world.stopWorker()
  await quickBuy(page, name).click()
  await dialog.getByText('Order received').waitFor()
  const { purchaseId } = (await world.api.get(`/purchases?userId=${buyer}`)).body.items[0]
  const award = Promise.withResolvers<void>()
  world.faults.on(purchaseId, 'awardPoints', { before: () => award.promise })
  await world.startWorker()
  await dialog.getByText('Sale confirmed').waitFor()
  const cancelling = world.api.post(`/purchases/${purchaseId}/cancel`, undefined)
  await dialog.getByText('Cancellation requested').waitFor()
  award.resolve()
  await dialog.getByText('Your cancellation came too late; you can refund it.').waitFor()
  await expectAccessible(page)
  await dialog.getByRole('link', { name: 'refund it' }).click()
  await page.getByText('Your cancellation came too late; you can refund it.').waitFor()
  await page.getByRole('button', { name: 'Refund …' }).waitFor()
  expect((await cancelling).status).toBe(409)
})
