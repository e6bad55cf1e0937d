import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { BrowserWorld } from './browser-world.ts'

let made = 0

/** Two unicorns and a kit, and somebody who has bought before. */
export async function makeShop(world: BrowserWorld) {
  made += 1
  const [air, night, kit, category, regular] = ['Air', 'Night', 'Kit', 'unicorns', 'regular'].map(
    (name) => `${name}-${made}`,
  )
  const add = async (name = '', price: number, categories: (string | undefined)[]) => {
    const product = { id: name.toLowerCase(), name, description: '', price, stock: 100, categories }
    const { status, body } = await world.api.post('/products', product)
    expect(status, JSON.stringify(body)).toBe(201)
  }
  await add(air, 1_000, [category])
  await add(night, 250.5, [category])
  await add(kit, 40, [])
  await world.shop.addWallet({ username: regular ?? '', balanceMinor: 1_000_000 })
  const { status } = await world.api.post('/purchase', { userId: regular, productId: kit?.toLowerCase(), quantity: 1 })
  expect(status).toBe(200)
  return { air: air ?? '', night: night ?? '', kit: kit ?? '', category: category ?? '', regular: regular ?? '' }
}

/** What somebody does with the mouse: each click is counted, and so is each field that is filled. */
export function counting(page: Page) {
  let count = 0
  const click = async (what: Locator) => {
    count += 1
    await what.click()
  }
  return {
    page,
    clicks: () => count,
    press: (name: string) => click(page.getByRole('button', { name, exact: true })),
    tick: (name: string) => click(page.getByText(name, { exact: true })),
    async fill(label: string, text: string) {
      count += 1
      await page.getByRole('textbox', { name: label, exact: true }).fill(text)
    },
    async select(label: string, option: string) {
      count += 2
      await page.getByRole('combobox', { name: label, exact: true }).selectOption({ label: option })
    },
    /** One of what a field offers. */
    async pick(label: string, option: string) {
      await click(field(page, label))
      await click(page.getByRole('option', { name: option, exact: true }))
      await page.keyboard.press('Escape')
    },
    async addCondition(name: string) {
      await click(page.getByRole('button', { name: 'Add a condition' }))
      await click(page.getByRole('menuitem', { name, exact: true }))
    },
  }
}

/** A field with a list of choices. */
export function field(within: Page | Locator, name: string): Locator {
  return within
    .getByRole('combobox', { name, exact: true })
    .or(within.getByRole('textbox', { name, exact: true }))
    .first()
}

/** Names of products, and how many pieces of each. */
export type Lines = readonly (readonly [name: string, pieces: number])[]

let buyers = 0

/** What a campaign gives to somebody new who buys this. */
export async function earned(world: BrowserWorld, campaign: string, lines: Lines): Promise<number> {
  buyers += 1
  const userId = `buyer-of-unicorns-${buyers}`
  await world.shop.addWallet({ username: userId, balanceMinor: 1_000_000 })
  const order = { userId, lines: lines.map(([name, quantity]) => ({ productId: name.toLowerCase(), quantity })) }
  const { status, body } = await world.api.post('/purchase', order)
  expect(status, JSON.stringify(body)).toBe(200)
  const given: { campaign: string; points: number }[] = body.campaigns
  return given.find((one) => one.campaign === campaign)?.points ?? 0
}
