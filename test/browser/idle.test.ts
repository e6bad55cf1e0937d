import { expect } from 'vitest'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'

const COUNT_SHORT_TIMERS = `
  window.shortTimers = 0
  const set = window.setTimeout
  window.setTimeout = (run, ms, ...rest) => {
    if (ms > 0 && ms < 1000) window.shortTimers += 1
    return set(run, ms, ...rest)
  }
`

test('a cart that nobody touches keeps the page idle', async ({ world, visit }) => {
  const { buyer, name } = await makeBuyer(world)
  const page = await visit({ as: buyer })
  await page.getByRole('button', { name: `Add ${name} to the cart` }).click()
  await page.clock.install()
  await page.addInitScript(COUNT_SHORT_TIMERS)
  await page.reload()
  await page.getByRole('button', { name: 'Buy for $1,700.00', exact: true }).and(page.locator(':enabled')).waitFor()
  await page.clock.runFor(1_000)
  const before = await page.evaluate('window.shortTimers')
  expect(before).toBeGreaterThan(0)
  for (let quarter = 0; quarter < 8; quarter++) await page.clock.runFor(250)
  expect(await page.evaluate('window.shortTimers')).toBe(before)
})

test('what a page asks while nobody touches it says so', async ({ world, visit }) => {
  const { buyer } = await makeBuyer(world)
  const page = await visit({ as: buyer })
  await page.clock.install()
  await page.reload()
  const balance = page.getByRole('button', { name: `${buyer} Balance` })
  await balance.waitFor()
  const asked = async (act: () => Promise<unknown>) => {
    const request = page.waitForRequest(/users\/balance/)
    await act()
    return (await request).headers().unattended
  }
  expect(await asked(() => page.clock.runFor(20_000))).toBeUndefined()
  await page.clock.fastForward(60_000)
  expect(await asked(() => page.clock.runFor(20_000))).toBe('?1')
  await page.keyboard.press('Shift')
  expect(await asked(() => page.clock.runFor(20_000))).toBeUndefined()
})
