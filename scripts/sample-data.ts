import type { NewCampaign } from '#db/campaigns.ts'
import type { SampleProduct } from '#db/products.ts'
import type { SampleUser } from '#db/wallets.ts'
import type { Rule } from '#domain/campaigns/condition.ts'

/** What a newcomer finds in the store. The README buys product `1` as `derick`. */
export const SAMPLE_PRODUCTS: SampleProduct[] = [
  {
    id: '1',
    name: 'Unicorn Air',
    description:
      'Our lightest unicorn. Sleeps on clouds, lands without a sound and fits under any seat in front of you.',
    image: '/images/unicorn-air.svg',
    priceMinor: 170_000,
    stock: 4,
  },
  {
    id: '2',
    name: 'Unicorn Midnight',
    description: 'Bred for the dark. The mane glows for eight hours on one handful of stardust, and is dimmable.',
    image: '/images/unicorn-midnight.svg',
    priceMinor: 219_900,
    stock: 7,
  },
  {
    id: '3',
    name: 'Unicorn Ember',
    description: 'Warm to ride and warmer to look at. Keep away from hay, curtains and other unicorns.',
    image: '/images/unicorn-ember.svg',
    priceMinor: 264_950,
    stock: 2,
  },
  {
    id: '4',
    name: 'Unicorn Meadow',
    description: 'The family unicorn: patient with children, fond of clover. Leaves flowers wherever it has been.',
    image: '/images/unicorn-meadow.svg',
    priceMinor: 98_000,
    stock: 25,
  },
  {
    id: '5',
    name: 'Rainbow Starter Kit',
    description: 'Seven colours, two clouds and a manual. Makes one rainbow of twelve metres; rain not included.',
    image: '/images/rainbow-starter-kit.svg',
    priceMinor: 4_999,
    stock: 120,
  },
  {
    id: '6',
    name: 'Golden Horn Polish',
    description: 'A little goes a long way: 50 ml for a year of shining horns. Tested on narwhals, with their consent.',
    image: '/images/golden-horn-polish.svg',
    priceMinor: 1_295,
    stock: 500,
  },
]

export const SAMPLE_USERS: SampleUser[] = [
  { username: 'derick', balanceMinor: 330_000 },
  { username: 'amara', balanceMinor: 1_250_000 },
  { username: 'noor', balanceMinor: 19_950 },
  { username: 'yuki', balanceMinor: 0 },
]

/** One point for every 10 charged in money, when that is more than 100. */
const SAMPLE_RULE: Rule = {
  variable: '$.amount',
  condition: { rule: 'numeric_greater_than', value: 100 },
  action: { command: 'issue', formula: '$.amount/10' },
}

export const SAMPLE_CAMPAIGNS: NewCampaign[] = [
  {
    client: 'UnicornStore',
    name: '1',
    terms: {
      status: 'active',
      startsAt: null,
      endsAt: null,
      caps: { totalPoints: null, pointsPerCustomer: null },
      rules: [SAMPLE_RULE],
    },
  },
]
