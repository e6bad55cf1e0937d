import { describe, expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, purchasesOf, quickBuy } from '#test/support/buyer.ts'

const BLOCK_STORAGE = `
  const blocked = { get() { throw new DOMException('The operation is insecure.', 'SecurityError') } }
  Object.defineProperties(window, { localStorage: blocked, sessionStorage: blocked })
`

describe('the store sells', () => {
  test('where the browser keeps nothing, and one click buys once', async ({ world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/torage is blocked/] })
    await page.addInitScript(BLOCK_STORAGE)
    await page.reload()
    await page.getByRole('button', { name: 'Balance' }).click()
    await page.getByRole('textbox', { name: 'Find a user' }).fill(buyer)
    await page.getByRole('option', { name: buyer }).click()
    await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
    await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).dblclick()
    await purchaseDialog(page).getByText('You paid $1,700.00.').waitFor()
    await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    await page.getByText('There is nothing in it yet.').waitFor()
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test.for([
    ['has no locks', 'undefined'],
    ['refuses them', '{ request: async () => { throw new DOMException("No locks here.", "SecurityError") } }'],
  ] as const)('where the browser %s, and one click buys once', async ([, locks], { world, visit }) => {
    const { buyer, name } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.addInitScript(`Object.defineProperty(Navigator.prototype, 'locks', { get: () => (${locks}) })`)
    await page.reload()
    await quickBuy(page, name).dblclick()
    await purchaseDialog(page).getByText('You paid $1,700.00.').waitFor()
    await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    await purchaseDialog(page).waitFor({ state: 'hidden' })
    expect(await purchasesOf(world, buyer)).toHaveLength(1)
  })

  test.for(['null', '7', '{}', '{"key":"k","order":{}}', '[', ''])(
    'where somebody has written %j in the place of an order',
    async (text, { world, visit }) => {
      const { buyer, name } = await makeBuyer(world)
      const page = await visit({ as: buyer })
      await page.evaluate(`localStorage.setItem('unicorn-store.intent.${buyer}', ${JSON.stringify(text)})`)
      await page.reload()
      await quickBuy(page, name).click()
      await purchaseDialog(page).getByText('You paid $1,700.00.').waitFor()
    },
  )
})
