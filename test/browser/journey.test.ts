import { expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'
import { forProduct, makeCampaign, saving } from '#test/support/campaign-pages.ts'
import { keyboard, mouse } from '#test/support/hands.ts'

test.for([
  ['by mouse', mouse],
  ['by keyboard alone', keyboard],
] as const)(
  'buy, see the points arrive, edit the campaign, see the next purchase change, refund: %s',
  async ([, { press, write }], { world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world, { balance: 500_000 })
    const campaign = await makeCampaign(world, { rules: [forProduct(product, '5')] })
    const page = await visit({ as: buyer })
    const dialog = purchaseDialog(page)
    // A page that was just opened has no focus yet, which could be lost.
    await page.keyboard.press('Tab')
    await press(quickBuy(page, name))
    await dialog.getByText('You earned 175 points').waitFor()
    await press(dialog.getByRole('button', { name: 'Keep shopping' }))

    await press(page.getByRole('link', { name: 'Points', exact: true }))
    await page.getByText('175 points').first().waitFor()
    await page.getByText('Earned with a purchase').waitFor()

    await press(page.getByRole('link', { name: 'Campaigns' }))
    await press(page.getByRole('link', { name: campaign, exact: true }))
    await write(page.getByRole('textbox', { name: 'Points', exact: true }), '30')
    await page.getByText('30 points, for a cart with', { exact: false }).waitFor()
    await press(page.getByRole('button', { name: 'Save' }))
    await saving(page).getByText('Saved as version 2.').waitFor()

    await press(page.getByRole('link', { name: 'Buy', exact: true }))
    await press(quickBuy(page, name))
    await dialog.getByText('You earned 200 points').waitFor()
    await press(dialog.getByRole('link', { name: 'See the purchase' }))

    await press(page.getByRole('button', { name: 'Refund …' }))
    await press(page.getByRole('dialog', { name: 'Refund this purchase?' }).getByRole('button', { name: 'Refund it' }))
    await page.getByText('$1,700.00 was refunded.').waitFor()
    await press(page.getByRole('link', { name: 'Buy', exact: true }))
    await page.getByRole('article', { name, exact: true }).waitFor()
    expect(await dialog.count()).toBe(0)
    await page.getByRole('button', { name: `${buyer} Balance $3,300.00` }).waitFor()
    expect((await world.api.get(`/points?account_id=${buyer}`)).body.balance).toBe(175)
  },
)
