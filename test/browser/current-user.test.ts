import { describe } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'

describe('whoever uses the store', () => {
  test('is the same after a reload and in a new tab, whoever uses another one', async ({ world, visit }) => {
    const one = await makeBuyer(world)
    const other = await makeBuyer(world, { balance: 12_345 })
    const page = await visit({ as: one.buyer })
    const tab = await page.context().newPage()
    await tab.goto('/store/points')
    await tab.getByRole('button', { name: `${one.buyer} Balance` }).click()
    await tab.getByRole('textbox', { name: 'Find a user' }).fill(other.buyer)
    await tab.getByRole('option', { name: `${other.buyer} $123.45` }).click()
    await tab.getByRole('button', { name: `${other.buyer} Balance $123.45` }).waitFor()

    await page.getByRole('link', { name: 'Points', exact: true }).click()
    await page.getByRole('button', { name: `${one.buyer} Balance $3,300.00` }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: `${one.buyer} Balance $3,300.00` }).waitFor()
    // In a test every tab thinks that it has the focus: a focus event stands for somebody who comes back to it.
    await page.evaluate('dispatchEvent(new Event("focus"))')
    const opened = await page.context().newPage()
    await opened.goto('/store/purchases')
    await opened.getByRole('button', { name: `${one.buyer} Balance $3,300.00` }).waitFor()
    await tab.reload()
    await tab.getByRole('button', { name: `${other.buyer} Balance $123.45` }).waitFor()
  })

  test('is who they began with, also when somebody else comes to be the first of all', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.evaluate('sessionStorage.clear(); localStorage.clear()')
    await page.reload()
    const [first] = (await world.api.get('/users?limit=1')).body.items
    const bar = page.getByRole('button', { name: `${first.username} Balance` })
    await bar.waitFor()
    await world.shop.addWallet({ username: '0-first-of-all', balanceMinor: 100 })
    await page.reload()
    await bar.waitFor()
  })

  test('is found by keyboard', async ({ world, visit }) => {
    const one = await makeBuyer(world)
    const other = await makeBuyer(world)
    const page = await visit({ as: one.buyer })
    await page.getByRole('button', { name: `${one.buyer} Balance` }).press('Enter')
    await page.getByRole('textbox', { name: 'Find a user' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.type(other.buyer)
    await page.getByRole('option', { name: other.buyer }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: `${other.buyer} Balance` }).waitFor()
  })
})
