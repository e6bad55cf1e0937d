import { describe, expect } from 'vitest'
import { expectAccessible, expectFits } from '#test/support/accessibility.ts'
import { test } from '#test/support/browser-world.ts'
import { makeBuyer } from '#test/support/buyer.ts'
import { giving } from '#test/support/campaign-examples.ts'
import {
  changeMeanwhile,
  forProduct,
  makeCampaign,
  REFUSED,
  rulesEditor,
  saving,
  showJson,
  storedCampaign,
} from '#test/support/campaign-pages.ts'

describe('a campaign', () => {
  test('is created, and gives points from the next purchase on', async ({ world, visit }) => {
    const { buyer, product } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/campaigns' })
    await page.getByRole('link', { name: 'New campaign' }).click()
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await saving(page).getByText('Not created. Enter a name.').waitFor()

    await page.getByRole('textbox', { name: 'Name' }).fill('Spring / summer')
    await page.getByRole('textbox', { name: 'Budget' }).fill('1000')
    await page.getByRole('radio', { name: 'Active', exact: true }).check()
    await showJson(page)
    await rulesEditor(page).fill(JSON.stringify([forProduct(product, '$.quantity * 30')]))
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await page.getByRole('heading', { name: 'Spring / summer', level: 1 }).waitFor()
    await page.getByText('0 points awarded of at most 1,000 points').waitFor()

    await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    await page.getByRole('link', { name: 'Campaigns' }).click()
    const card = page.getByRole('article', { name: 'Campaign Spring / summer' })
    await card.getByText('30 points awarded of at most 1,000 points').waitFor()
    await card.getByText(`30 points for each piece in the cart, for a cart with Product ${product}`).waitFor()
    await card.getByText('Running').waitFor()
  })

  test('needs a name that no other has', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/new-campaign', expected: [/status of 409/] })
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await page.getByRole('button', { name: 'Create campaign' }).click()
    await saving(page).getByText('Not saved: there is already a campaign with this name', { exact: false }).waitFor()
  })

  test('is deleted once somebody has said so twice, and its history stays', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}`, expected: [/status of 404/] })
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Keep campaign' }).last().click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await expectAccessible(page)
    const missing: string[] = []
    page.on('response', (response) => {
      if (response.status() === 404) missing.push(response.url())
    })
    await page.getByRole('dialog').getByRole('button', { name: 'Delete campaign' }).click()
    await page.getByText(`“${name}” was deleted`).waitFor()
    await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor()
    await page.getByRole('article', { name: `Campaign ${name}`, exact: true }).waitFor({ state: 'detached' })

    expect(missing).toEqual([])
    await page.getByRole('button', { name: 'Show its history' }).click()
    await page.getByRole('heading', { name: 'There is no campaign with this name' }).waitFor()
    await page.getByText('Deleted by demo').waitFor()
  })

  test('has a history of who changed what', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    await changeMeanwhile(world, name, { status: 'inactive', rules: [giving('2')] })
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: `/campaigns/${name}` })
    await page.getByRole('tab', { name: 'History' }).click()
    const changes = page.getByRole('list', { name: 'History of changes' }).locator('> li')
    await expect.poll(() => changes.count()).toBe(2)
    const [last, first] = await changes.allInnerTexts()
    expect(last).toContain('Changed by demo')
    expect(last).toMatch(/active → inactive/)
    expect(last).toMatch(/Former rule\s+0 points when the number of pieces/)
    expect(last).toMatch(/New rule\s+2 points when the number of pieces/)
    expect(first).not.toMatch(/Status/)
    expect(first).toContain('Created by demo')
    await page.reload()
    await page.getByRole('list', { name: 'History of changes' }).waitFor()
  })
})

describe('the switch', () => {
  test('stops the points of the next purchase, and what the Buy page promises', async ({ world, visit }) => {
    const { buyer, product, name: productName } = await makeBuyer(world)
    const name = await makeCampaign(world, { rules: [forProduct(product, '5')] })
    const page = await visit({ as: buyer })
    await page.getByRole('button', { name: `Add ${productName} to the cart` }).click()
    await page.getByText('You earn 175 points').waitFor()

    await page.getByRole('link', { name: 'Campaigns' }).click()
    const onOff = page.getByRole('switch', { name: `Campaign ${name} is active`, exact: true })
    await onOff.click()
    await page.getByText(`“${name}” is now inactive`).waitFor()
    await expectAccessible(page)
    // Who speaks to the page says what is written there (WCAG 2.5.3, Label in Name).
    const card = page.getByRole('article', { name: `Campaign ${name}`, exact: true })
    await card.getByText('Active', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Buy', exact: true }).click()
    await page.getByText('You earn 170 points').waitFor()
    const bought = await world.api.post('/purchase', { userId: buyer, productId: product, quantity: 1 })
    expect(bought.body.pointsIssued).toBe(170)

    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText(`“${name}” is now active`).waitFor()
    await page.getByText('You earn 175 points').waitFor()
  })

  test('does nothing when somebody else was faster, and says so', async ({ world, visit }) => {
    const name = await makeCampaign(world)
    const { buyer } = await makeBuyer(world)
    const page = await visit({ as: buyer, path: '/campaigns', expected: REFUSED })
    const card = page.getByRole('article', { name: `Campaign ${name}`, exact: true })
    await card.getByText('Version 1').waitFor()
    await changeMeanwhile(world, name, { cap_total_points: 77 })
    await card.getByRole('switch').click()
    await page.getByText(`“${name}” was not changed`).waitFor()
    await card.getByText('0 points awarded of at most 77 points').waitFor()
    expect(await storedCampaign(world, name)).toMatchObject({ status: 'active', version: 2 })
  })
})

describe('the pages', () => {
  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('are accessible and fit, %s and %i wide', async ([colorScheme, width], { world, visit }) => {
    const { buyer } = await makeBuyer(world)
    const name = await makeCampaign(world, { rules: [giving('$.amount / 10')], cap_total_points: 100 })
    const page = await visit({ as: buyer, path: '/campaigns', colorScheme, viewport: { width, height: 740 } })
    await page.getByRole('article', { name: `Campaign ${name}`, exact: true }).waitFor()
    await expectAccessible(page)
    await expectFits(page)

    await page.goto(`/store/campaigns/${name}`)
    await page.getByText('Rule 1 awards 170').waitFor()
    await expectFits(page)
    await page.getByRole('button', { name: 'Run preview' }).click()
    await page.getByRole('status', { name: 'Preview' }).waitFor()
    await expectAccessible(page)
    await expectFits(page)

    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByText('Created by demo').waitFor()
    await expectAccessible(page)
    await expectFits(page)
  })
})
