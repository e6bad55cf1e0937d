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
}

const desktop = { on: 'desktop', colorScheme: 'light', as: 'derick' } as const

/** One of every page, and of some what they look like elsewhere. */
export const PICTURES: readonly Picture[] = [
  { ...desktop, name: 'buy', path: () => '/' },
  { ...desktop, name: 'purchases', path: () => '/purchases' },
  { ...desktop, name: 'purchase', path: ({ refundedPurchaseId }) => `/purchases/${refundedPurchaseId}` },
  { ...desktop, name: 'points', path: () => '/points' },
  { ...desktop, name: 'campaigns', path: () => '/campaigns' },
  { ...desktop, name: 'campaign', path: ({ campaignName }) => `/campaigns/${encodeURIComponent(campaignName)}` },
  { ...desktop, name: 'operations', path: () => '/operations?panel=stock' },
  { ...desktop, name: 'buy-phone', path: () => '/', on: 'phone' },
  { ...desktop, name: 'points-dark', path: () => '/points', colorScheme: 'dark' },
]
