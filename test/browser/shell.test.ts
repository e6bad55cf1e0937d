import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'

const focusedText = 'document.activeElement.textContent'
const scheme = 'document.documentElement.getAttribute("data-mantine-color-scheme")'

describe('a navigation', () => {
  test('puts the focus on the heading, and the title on the tab', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    // The first page that is shown takes no focus.
    await page.getByRole('heading', { level: 1, name: 'Buy Unicorns' }).waitFor()
    expect(await page.title()).toBe('Buy Unicorns · Unicorn Store')
    await page.getByRole('link', { name: 'Points', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Points' }).waitFor()
    await expect.poll(() => page.evaluate(focusedText)).toContain('Points')
    expect(await page.title()).toBe('Points · Unicorn Store')
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Buy Unicorns' }).waitFor()
  })

  test('puts it there by keyboard too, when the page is slow to come', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.getByRole('heading', { level: 1, name: 'Buy Unicorns' }).waitFor()
    const code = Promise.withResolvers<void>()
    await page.route('**/points-page*.js', async (route) => {
      await code.promise
      await route.continue()
    })
    await page.getByRole('link', { name: 'Points', exact: true }).press('Enter')
    await page.waitForURL('**/store/points')
    code.resolve()
    await page.getByRole('heading', { level: 1, name: 'Points' }).and(page.locator(':focus')).waitFor()
  })

  test('can skip to the content', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(focusedText)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
  })

  test('to nowhere says so, and leads back', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/nowhere/at/all' })
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Back to the unicorns' }).click()
    await page.getByRole('heading', { name: 'Buy Unicorns' }).waitFor()
  })

  test('to a new campaign is among the campaigns', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/new-campaign' })
    await page.getByRole('heading', { level: 1, name: 'New campaign' }).waitFor()
    const main = page.getByRole('navigation', { name: 'Main' })
    expect(await main.getByRole('link', { name: 'Campaigns' }).getAttribute('aria-current')).toBe('page')
    await main.getByRole('link', { name: 'Points', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Points' }).waitFor()
    expect(await main.getByRole('link', { name: 'Campaigns' }).getAttribute('aria-current')).toBeNull()
  })

  test('on a phone goes by the menu', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, viewport: { width: 360, height: 740 } })
    await page.getByRole('button', { name: 'Open the menu' }).click()
    await page.getByRole('navigation', { name: 'Menu' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: 'Campaigns' }).click()
    await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor()
    await page.getByRole('navigation', { name: 'Menu' }).waitFor({ state: 'hidden' })
    await expectFits(page)
  })
})

describe('a page that', () => {
  test('cannot be loaded says what can be done, and comes when it can', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, expected: [/points-page/] })
    await page.route('**/points-page*.js', (route) => route.abort())
    await page.getByRole('link', { name: 'Points', exact: true }).click()
    await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
    await expectAccessible(page)
    await page.unroute('**/points-page*.js')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { level: 1, name: 'Points' }).waitFor()
  })

  test('has nobody to show things to says how to change that, and notices when it did', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer })
    const nobody = { items: [], count: 0, nextCursor: null }
    await page.route('**/users?*', (route) => route.fulfill({ json: nobody }))
    await page.reload()
    await page.getByText('There are no users yet').waitFor()
    await page.unroute('**/users?*')
    await page.getByRole('heading', { name: 'Buy Unicorns' }).waitFor()
  })
})

describe('the colours', () => {
  test.for(['light', 'dark'] as const)('are those of the system, here %s', async (colorScheme, { world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, colorScheme })
    expect(await page.evaluate(scheme)).toBe(colorScheme)
  })

  test('that were chosen are there before anything is painted', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, colorScheme: 'light' })
    await page.getByRole('button', { name: 'Colours: As the system' }).click()
    await page.getByRole('menuitem', { name: 'Dark' }).click()
    expect(await page.evaluate(scheme)).toBe('dark')
    // The app itself never comes: what is left is what the page shows before it.
    await page.route('**/assets/*.js', (route) => route.fulfill({ body: '', contentType: 'text/javascript' }))
    await page.reload()
    expect(await page.evaluate(scheme)).toBe('dark')
    expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe('rgb(19, 14, 23)')
  })
})
