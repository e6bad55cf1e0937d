import { expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'
import { forProduct, makeCampaign, rulesEditor, saving } from '#test/support/campaign-pages.ts'

test('buy, see the points arrive, edit the campaign, see the next purchase change, refund', async ({
  world,
  visit,
}) => {
  const { buyer, product, name } = await makeBuyer(world, { balance: 500_000 })
  const campaign = await makeCampaign(world, { rules: [forProduct(product, '5')] })
  const page = await visit({ as: buyer })
  const dialog = purchaseDialog(page)
  await quickBuy(page, name).click()
  await dialog.getByText('You earned 175 points').waitFor()
  await dialog.getByRole('button', { name: 'Keep shopping' }).click()

  await page.getByRole('link', { name: 'Points' }).click()
  await page.getByText('175 points').first().waitFor()
  await page.getByText('Earned with a purchase').waitFor()

  await page.getByRole('link', { name: 'Campaigns' }).click()
  await page.getByRole('link', { name: campaign, exact: true }).click()
  await rulesEditor(page).fill(JSON.stringify([forProduct(product, '30')]))
  await page.getByText('Rule 1').first().waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await saving(page).getByText(/saved/i).waitFor()

  await page.getByRole('link', { name: 'Buy', exact: true }).click()
  await quickBuy(page, name).click()
  await dialog.getByText('You earned 200 points').waitFor()
  await dialog.getByRole('link', { name: 'See the purchase' }).click()

  await page.getByRole('button', { name: 'Refund …' }).click()
  await page.getByRole('dialog', { name: 'Refund this purchase?' }).getByRole('button', { name: 'Refund it' }).click()
  await page.getByText('1,700.00 came back.').waitFor()
  await page.getByRole('link', { name: 'Buy', exact: true }).click()
  await page.getByRole('article', { name, exact: true }).waitFor()
  expect(await dialog.count()).toBe(0)
  await page.getByRole('button', { name: `${buyer} Balance 3,300.00` }).waitFor()
  expect((await world.api.get(`/points?account_id=${buyer}`)).body.balance).toBe(175)
})
