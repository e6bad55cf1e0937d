import type { Page } from 'playwright-core'
import type { SampleLife } from './sample-life.ts'

export interface Picture {
  /** Of the file in `docs/images/`. */
  readonly name: string
  /** From `/store`. */
  readonly path: (life: SampleLife) => string
  /** Who looks at it. */
  readonly as: string
  readonly on: 'desktop' | 'phone'
  readonly colorScheme: 'light' | 'dark'
  /** Of what can be seen, where it is not what such a screen usually shows; in CSS pixels. */
  readonly height?: number
  /** What whoever looks at it has done there. */
  readonly arrange?: (page: Page) => Promise<void>
}

const desktop = { on: 'desktop', colorScheme: 'light', as: 'derick' } as const

/** One of every page, and of some what they look like elsewhere. */
export const PICTURES: readonly Picture[] = [
  { ...desktop, name: 'buy', path: () => '/', arrange: fillCart },
  { ...desktop, name: 'purchases', path: () => '/purchases' },
  { ...desktop, name: 'purchase', path: ({ refundedPurchaseId }) => `/purchases/${refundedPurchaseId}` },
  { ...desktop, name: 'points', path: () => '/points' },
  { ...desktop, name: 'campaigns', path: () => '/campaigns' },
  { ...desktop, name: 'campaign', path: campaign, height: 1_130, arrange: tryOut },
  { ...desktop, name: 'preview', path: campaign, height: 1_000, arrange: preview },
  { ...desktop, name: 'operations', path: () => '/operations?panel=stock' },
  { ...desktop, name: 'buy-phone', path: () => '/', on: 'phone' },
  { ...desktop, name: 'points-dark', path: () => '/points', colorScheme: 'dark' },
  { ...desktop, name: 'bought', path: () => '/', arrange: buy },
]

function campaign({ campaignName }: SampleLife): string {
  return `/campaigns/${encodeURIComponent(campaignName)}`
}

async function fillCart(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add Unicorn Midnight to the cart' }).click()
  await page.getByRole('button', { name: 'Add Rainbow Starter Kit to the cart' }).click()
  await page.getByRole('button', { name: 'Buy for 2,248.99', disabled: false }).waitFor()
  await page.mouse.move(0, 0)
  await page.evaluate('scrollTo(0, 0)')
}

async function tryOut(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Quantity' }).fill('3')
  await page.getByText('75 points').waitFor()
  await page.evaluate('scrollTo(0, 0)')
}

async function preview(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run preview' }).click()
  await page.getByText('It would have awarded').waitFor()
  await page.mouse.move(0, 0)
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
}

async function buy(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Quick Buy .*: Unicorn Meadow$/ }).click()
  await page.getByRole('heading', { name: 'It is yours' }).waitFor()
}
