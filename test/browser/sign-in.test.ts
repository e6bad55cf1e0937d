import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { expectAccessible } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer, purchaseDialog, quickBuy } from '#test/support/buyer.ts'
import { makeCampaign, saving } from '#test/support/campaign-pages.ts'
import { openIdentityProvider } from '#test/support/identity-provider.ts'

/** The store with a sign-in at a provider of identities, in a browser for each person. */

let provider: Awaited<ReturnType<typeof openIdentityProvider>>

beforeAll(async () => {
  provider = await openIdentityProvider({
    rita: { preferred_username: 'rita' },
    wanda: { preferred_username: 'wanda' },
    olga: { preferred_username: 'olga', roles: ['operator'] },
  })
})
afterAll(() => provider.close())

/** The forms of the provider are plain, but for a font of another host, which is not for tests; 401 and what is aborted is to be seen. */
const EXPECTED = [
  /asked http:\/\/127\.0\.0\.1:\d+\/(?!store)/,
  /asked https:\/\/fonts\./,
  /status of 404 .*\/purchases\//,
  /ERR_FAILED/,
  /status of 401/,
]

async function signIn(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByPlaceholder('Enter any login').fill(login)
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: `${login} Balance` }).waitFor()
}

async function menuItem(page: Page, login: string, name: string): Promise<void> {
  await page.getByRole('button', { name: `${login} Balance` }).click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}

const places = (page: Page) => page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts()

describe('the store with a sign-in', () => {
  test('is one for each: customers buy and see only their own, live; operators have the back office', async ({
    world,
    visit,
  }) => {
    const { name } = await makeBuyer(world)
    const campaign = await makeCampaign(world)
    const store = await world.serve({ auth: provider.auth, port: provider.storePort, storeDir: inject('storeDir') })
    const open = async (path = '/') => {
      const page = await visit({ url: store.url, expected: EXPECTED, path })
      await page.context().route(
        ({ hostname }) => hostname !== '127.0.0.1',
        (route) => route.abort(),
      )
      return page
    }
    const [rita, wanda] = [await open(), await open()]
    await expectAccessible(rita)
    await signIn(rita, 'rita')
    await signIn(wanda, 'wanda')
    expect(await places(rita)).toEqual(['Buy', 'Purchases', 'Points'])
    // Somebody gives them money: here, the API of the same shop in demo mode.
    for (const user of ['rita', 'wanda']) await world.api.post(`/users/${user}/top-ups`, { amount: 5_000 })

    for (const page of [rita, wanda]) {
      await page.reload()
      await quickBuy(page, name).click()
      await purchaseDialog(page).getByRole('heading', { name: 'It is yours' }).waitFor()
      await purchaseDialog(page).getByRole('button', { name: 'Keep shopping' }).click()
    }
    const bought = await Promise.all(
      [rita, wanda].map(async (page) => {
        await page.getByRole('link', { name: 'Purchases' }).click()
        const link = page.getByRole('article').filter({ hasText: name }).getByRole('link')
        await link.waitFor()
        expect(await page.getByRole('article').count()).toBe(1)
        return (await link.getAttribute('href')) ?? ''
      }),
    )
    expect(bought[0]).not.toBe(bought[1])
    await wanda.goto(new URL(bought[0] ?? '', store.url).href)
    await wanda.getByText('There is no such purchase').waitFor()

    for (const path of ['operations', 'campaigns', 'new-campaign', 'campaigns/1']) {
      await rita.goto(`${store.url}/store/${path}`)
      await rita.getByRole('heading', { name: 'This page is for operators' }).waitFor()
    }

    const olga = await open(`/campaigns/${campaign}`)
    await signIn(olga, 'olga')
    // She is back where she wanted to go.
    await olga.waitForURL(`${store.url}/store/campaigns/${campaign}`)
    expect(await places(olga)).toEqual(['Buy', 'Purchases', 'Points', 'Campaigns', 'Operations'])
    await olga.getByRole('radio', { name: /^Inactive/ }).check()
    await olga.getByRole('button', { name: 'Save' }).click()
    await saving(olga).getByText('Saved as version 2.').waitFor()
    await olga.getByRole('tab', { name: 'History' }).click()
    const changes = olga.getByRole('list', { name: 'History of changes' }).locator('> li')
    await expect.poll(() => changes.count()).toBe(2)
    const [last, first] = await changes.allInnerTexts()
    expect(last).toContain('Changed by operator olga')
    expect(last).toMatch(/active → inactive/)
    expect(first).toContain('Created by demo')
  })

  test('forgets the cart and what was shown at sign-out, and in all browsers when that is wanted', async ({
    world,
    visit,
  }) => {
    const { name } = await makeBuyer(world)
    const url = `http://127.0.0.1:${provider.storePort}`
    const open = async () => {
      const page = await visit({ url, expected: EXPECTED })
      await page.context().route(
        ({ hostname }) => hostname !== '127.0.0.1',
        (route) => route.abort(),
      )
      await signIn(page, 'rita')
      return page
    }
    const [desk, phone] = [await open(), await open()]
    await desk.getByRole('button', { name: `Add ${name} to the cart` }).click()
    await desk.getByRole('link', { name: 'In your cart: 1' }).waitFor()
    const kept = () => desk.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('unicorn-store.')))
    expect(await kept()).not.toEqual([])
    await menuItem(desk, 'rita', 'Sign out everywhere')
    // The provider asks whether its own session is to end.
    await desk.getByRole('button', { name: 'Yes, sign me out' }).click()
    await desk.waitForURL(`${url}/store/`)
    await desk.getByRole('link', { name: 'Sign in' }).waitFor()
    expect(await kept()).toEqual([])
    await phone.getByRole('link', { name: 'Purchases' }).click()
    await phone.getByRole('link', { name: 'Sign in' }).waitFor()
  })
})
