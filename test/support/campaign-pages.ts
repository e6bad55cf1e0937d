import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { BrowserWorld } from './browser-world.ts'
import { giving } from './campaign-examples.ts'

let made = 0

/** A stored campaign that is nobody else's, and gives nothing unless its rules say so. Its name is its own too. */
export async function makeCampaign(world: BrowserWorld, terms: object = { rules: [giving('0')] }): Promise<string> {
  made += 1
  const name = `campaign-${made}`
  const { status, body } = await world.api.post('/campaigns', { campaign_name: name, ...terms })
  expect(status, JSON.stringify(body)).toBe(201)
  return name
}

export async function storedCampaign(world: BrowserWorld, name: string) {
  return (await world.api.get(`/campaigns/${encodeURIComponent(name)}`)).body
}

/** Somebody else changes it, by the API. */
export async function changeMeanwhile(world: BrowserWorld, name: string, changes: object): Promise<void> {
  const { version } = await storedCampaign(world, name)
  const headers = { 'If-Match': `"${version}"` }
  expect((await world.api.call('PATCH', `/campaigns/${name}`, { body: changes, headers })).status).toBe(200)
}

/** Shows the rules as JSON, in an editor. */
export async function showJson(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'JSON' }).click()
}

export function rulesEditor(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Rules' })
}

/** What the page says about saving. */
export function saving(page: Page): Locator {
  return page.getByRole('status', { name: 'Saving' })
}

/** Whatever they buy, rules of a test give points for its own product only. */
export function forProduct(product: string, formula: string) {
  const lines = { variable: '@.productId', rule: 'in', value: [product] }
  return { lines, action: { command: 'issue', formula } }
}

/** Chromium's own words for answers that say no. */
export const REFUSED = [/status of 400 \(Bad Request\)/, /status of 412 \(Precondition Failed\)/]

/** Rules are typed: after a pause in it, the trial is refused what is half written. */
export const HALF_WRITTEN = [/status of 400 \(Bad Request\) .*\/campaigns\/simulate/]
