import { describe, expect, inject } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { AUTH } from '#test/support/tokens.ts'

const temporalUi = { url: 'http://127.0.0.1:8233', namespace: 'default' }
const PHONE = { width: 360, height: 740 }

describe('the banner of the demo', () => {
  test('says what this is, and leads to what is behind it', async ({ world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const { url } = await world.serve({ storeDir: inject('storeDir'), temporalUi })
    const page = await visit({ as: buyer, url, viewport: PHONE })
    const banner = page.getByRole('complementary', { name: 'About this demo' })
    await banner.getByText('A demo: nothing is real', { exact: false }).waitFor()
    await expectAccessible(page)
    await expectFits(page)
    const links = await banner.getByRole('link').all()
    const addresses = await Promise.all(links.map((link) => link.getAttribute('href')))
    expect(addresses).toEqual(['/docs', temporalUi.url, '/store/readme.txt'])
    for (const address of ['/docs', '/store/readme.txt']) expect((await fetch(`${url}${address}`)).status).toBe(200)
    const readme = await fetch(`${url}/store/readme.txt`)
    expect(readme.headers.get('Content-Type')).toMatch(/^text\/plain/)
    expect(await readme.text()).toContain('# Unicorn Store')
  })

  test('is not there with authentication', async ({ world, visit }) => {
    const { url } = await world.serve({ storeDir: inject('storeDir'), auth: AUTH })
    const page = await visit({ url, expected: [/401/] })
    await page.getByRole('heading', { name: 'The store has no sign-in' }).waitFor()
    expect(await page.getByRole('complementary', { name: 'About this demo' }).count()).toBe(0)
  })
})

describe('purchases', () => {
  test('have a number that a person can say, the same in the list and on their page', async ({ world, visit }) => {
    const { buyer, product, name } = await makeBuyer(world)
    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    const page = await visit({ as: buyer, path: '/purchases', viewport: PHONE })
    const card = page.getByRole('article').filter({ hasText: name })
    const [number = ''] = ((await card.textContent()) ?? '').match(/[0-9A-Z]{4}-[0-9A-Z]{4}(?= ·)/) ?? []
    expect(number).not.toBe('')
    await expectFits(page)
    await card.getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: `Purchase ${number}` }).waitFor()
    await expectFits(page)
  })

  test('lead to their workflows, by customer and by status', async ({ world, visit }) => {
    const { buyer, product } = await makeBuyer(world)
    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    const { url } = await world.serve({ storeDir: inject('storeDir'), temporalUi })
    const page = await visit({ as: buyer, url, path: '/purchases' })
    const { items } = (await world.api.get('/users?limit=500')).body
    const { id } = items.find(({ username }: { username: string }) => username === buyer)
    const link = page.getByRole('link', { name: 'Workflows of these purchases' })
    const query = async () => new URL((await link.getAttribute('href')) ?? '').searchParams.get('query')
    await expect.poll(query).toBe(`Customer = "${id}"`)
    await page.getByLabel('Show', { exact: true }).selectOption('completed')
    await expect.poll(query).toBe(`Customer = "${id}" AND PurchaseStatus = "completed"`)
    await expectAccessible(page)
  })
})
