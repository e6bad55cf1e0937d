import { setTimeout as sleep } from 'node:timers/promises'
import { addMissingCampaigns } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { addMissingProducts, type SampleProduct } from '#db/products.ts'
import { addMissingUsers, type SampleUser } from '#db/wallets.ts'
import { sampleCampaigns } from '#scripts/seed.ts'
import { type Clients, isNoAnswer, type Operation, type Told } from './clients.ts'
import type { Random } from './seeded.ts'

/** Whom and what the load is about, as it is before anything happens. */
export const BUYERS: readonly SampleUser[] = [
  ...named('buyer', 40).map((username) => ({ username, balanceMinor: 500_000_00 })),
  // Who can pay for little: their purchases are undone.
  ...named('poor', 6).map((username) => ({ username, balanceMinor: 40_00 })),
  // Whom all sides want something of at once.
  { username: 'popular', balanceMinor: 5_000_00 },
  ...named('queue', 200).map((username) => ({ username, balanceMinor: 100_00 })),
]

export const PRODUCTS: readonly SampleProduct[] = [
  ...named('product', 10).map((id, n) => product(id, 5_00 + n * 3_75, 1_000_000)),
  product('scarce', 12_50, 30),
]

/** As many purchases each, of the last one of something. */
export const LAST_ONES = Array.from({ length: 50 }, (_, n) => product(`last-${n}`, 1_99, 1))

/** Point values of the installation, in cents. */
export const POINT_VALUE_MINOR = 10

/** Of another system, whose events earn points. */
export const PARTNER = 'partner'
const EDITED = 'edited'
/** Of its campaigns: the one that is edited is in it, or not. */
const GROUP = 'stars'

export async function stockTheShop(sql: Sql): Promise<void> {
  await addMissingProducts(sql, [...PRODUCTS, ...LAST_ONES])
  await addMissingUsers(sql, [...BUYERS])
  await addMissingCampaigns(sql, sampleCampaigns({ digits: 2 }), 'seed')
}

/** Campaigns of the partner, made by the API: one that is edited all the time, beside one that stays. */
export async function openCampaigns({ operation, insist }: Clients): Promise<void> {
  const rule = (formula: string) => ({
    variable: '$.stars',
    condition: { rule: 'numeric_greater_than', value: 0 },
    action: { command: 'issue', formula },
  })
  for (const [campaign_name, formula] of [
    [EDITED, '$.stars * 2'],
    ['steady', '$.stars'],
  ] as const) {
    const terms = { event_types: ['ReviewWritten'], exclusive_group: GROUP, rules: [rule(formula)] }
    const body = { client: PARTNER, campaign_name, ...terms }
    const made = await insist(operation('edit_campaign', 'POST', '/campaigns', { body }))
    if (!('status' in made) || made.status !== 201) throw new Error(`no campaign: ${JSON.stringify(made)}`)
  }
}

/** What somebody does next, by how often of a hundred times. */
const ACTIVITIES: readonly [weight: number, activity: (shop: Shop) => Promise<void>][] = [
  [58, buySomething],
  [6, buyAndCancel],
  [9, buyAndRefund],
  [3, repairSomething],
  [6, issuePoints],
  [5, redeemPoints],
  [6, reportEvent],
  [2, editCampaign],
  [3, topUp],
  [2, deliverStock],
]

type Shop = { clients: Clients; random: Random }

/** Many people at once, each doing one thing after the other until it is enough; one that has begun is finished. */
export async function runLoad(clients: Clients, randoms: readonly Random[], isOver: () => boolean): Promise<void> {
  const one = async (random: Random) => {
    while (!isOver()) {
      await pickWeighted(random)({ clients, random })
      await sleep(random.integer(0, 100))
    }
  }
  await Promise.all(randoms.map(one))
}

/** Somebody who does one of each, over and over: what others seldom do, too. */
export async function doEverything(clients: Clients, random: Random, isOver: () => boolean): Promise<void> {
  const refused = () => follow(clients, order(clients, random, { userId: 'poor-0', lines: [UNAFFORDABLE] }))
  while (!isOver())
    for (const activity of random.shuffled([refused, ...ACTIVITIES.map(([, activity]) => activity)]))
      if (!isOver()) await activity({ clients, random })
}

const UNAFFORDABLE = { productId: PRODUCTS[9]?.id, quantity: 3 }

function pickWeighted(random: Random): (shop: Shop) => Promise<void> {
  let left = random.integer(1, 100)
  for (const [weight, activity] of ACTIVITIES) {
    left -= weight
    if (left <= 0) return activity
  }
  throw new Error('the weights add up to less than a hundred')
}

// ---------------------------------------------------------------------------------------------------------------------

/** The order of somebody; now and then one that is refused. */
export function order(clients: Clients, random: Random, changes: Record<string, unknown> = {}): Operation {
  const userId = random.chance(0.06) ? random.pick(named('poor', 6)) : random.pick(named('buyer', 40))
  const count = random.chance(0.8) ? 1 : random.integer(2, 4)
  const lines = random
    .shuffled(PRODUCTS)
    .slice(0, count)
    .map(({ id }) => ({ productId: id, quantity: random.integer(1, 3) }))
  const body = {
    userId,
    lines,
    ...(random.chance(0.15) && { redeemPoints: random.integer(1, 30) }),
    ...(random.chance(0.03) && { expectedTotal: 1 }),
    lane: random.chance(0.7) ? 'fast' : 'visible',
    ...changes,
  }
  return clients.operation('purchase', 'POST', '/purchase', { body })
}

async function buySomething({ clients, random }: Shop): Promise<void> {
  await follow(clients, order(clients, random))
}

/** Sends it, and asks again with the same key until there is an outcome. */
async function follow(clients: Clients, wanted: Operation): Promise<Told> {
  let told = await clients.sendSomehow(wanted)
  for (let times = 0; times < 6 && 'status' in told && told.status === 202; times++) {
    await sleep(500)
    told = await clients.insist(wanted)
  }
  return told
}

async function buyAndCancel({ clients, random }: Shop): Promise<void> {
  const slow = random.chance(0.3) ? { lane: 'visible', slowMotion: true } : {}
  const purchase = order(clients, random, slow)
  const asynchronous = { ...purchase, headers: { prefer: 'respond-async' } }
  const purchaseId = idOf(await clients.insist(asynchronous))
  if (purchaseId === undefined) return
  await sleep(random.integer(0, 800))
  const cancel = clients.operation('cancel', 'POST', `/purchases/${purchaseId}/cancel`, { key: purchaseId })
  // Both at once, so that now one comes first, now the other.
  await Promise.all([follow(clients, cancel), follow(clients, purchase)])
}

async function buyAndRefund({ clients, random }: Shop): Promise<void> {
  const purchase = order(clients, random)
  const sent = random.chance(0.2) ? clients.insist(purchase) : follow(clients, purchase)
  const purchaseId = idOf(await sent)
  if (purchaseId === undefined) return
  if (random.chance(0.5)) {
    const { lines } = purchase.body as { lines: { productId: string }[] }
    const parts = Array.from({ length: random.integer(1, 2) }, () => {
      const body = { lines: [{ productId: random.pick(lines).productId, quantity: 1 }] }
      return clients.operation('refund_part', 'POST', `/purchases/${purchaseId}/refunds`, { body })
    })
    await Promise.all(parts.map((part) => follow(clients, part)))
    if (random.chance(0.5)) return
  }
  const refund = clients.operation('refund', 'POST', `/purchases/${purchaseId}/refund`, { key: purchaseId })
  await follow(clients, refund)
  if (random.chance(0.3)) await clients.insist(purchase)
}

/** Of a purchase that has begun a moment ago, or long since. */
async function repairSomething({ clients, random }: Shop): Promise<void> {
  const known = clients.operations.slice(-200).flatMap(({ kind, told }) => (kind === 'purchase' ? told : []))
  const ids = known.flatMap((told) => idOf(told) ?? [])
  if (ids.length === 0) return
  const purchaseId = random.pick(ids)
  await clients.send(
    clients.operation('repair', 'POST', `/operations/purchases/${purchaseId}/repair`, { key: purchaseId }),
  )
}

async function issuePoints({ clients, random }: Shop): Promise<void> {
  const body = { account_id: random.pick(members()), amount: random.integer(1, 100) }
  await clients.sendSomehow(clients.operation('issue', 'POST', '/points', { body }))
}

async function redeemPoints({ clients, random }: Shop): Promise<void> {
  const body = { account_id: random.pick(members()), amount: random.integer(1, 150) }
  await clients.sendSomehow(clients.operation('redeem', 'POST', '/points/redemptions', { body }))
}

/** Some have wallets as well, others have points only. */
function members(): string[] {
  return [...named('buyer', 10), ...named('member', 10)]
}

async function reportEvent({ clients, random }: Shop): Promise<void> {
  const payload = { stars: random.integer(0, 5) }
  const body = { type: 'ReviewWritten', client: PARTNER, account_id: random.pick(members()), payload }
  await follow(clients, clients.operation('event', 'POST', '/events', { body }))
}

/** Reads it, and changes what was read, unless somebody else has changed it meanwhile. */
async function editCampaign({ clients, random }: Shop): Promise<void> {
  const path = `/campaigns/${EDITED}?client=${PARTNER}`
  const read = await clients.send({
    kind: 'edit_campaign',
    key: '-',
    method: 'GET',
    path,
    body: undefined,
    headers: {},
    told: [],
  })
  if (isNoAnswer(read) || !('etag' in read) || read.etag === null) return
  const body = random.pick([
    { cap_points_per_customer: random.integer(50, 5_000) },
    { status: random.chance(0.8) ? 'active' : 'inactive' },
    { exclusive_group: random.chance(0.8) ? GROUP : null, priority: random.integer(-1, 1) },
  ])
  const headers = { 'if-match': read.etag }
  await clients.sendSomehow(clients.operation('edit_campaign', 'PATCH', path, { body, headers }))
}

async function topUp({ clients, random }: Shop): Promise<void> {
  const username = random.pick(BUYERS.slice(0, 46)).username
  const body = { amount: random.integer(1, 40) }
  await clients.sendSomehow(clients.operation('top_up', 'POST', `/users/${username}/top-ups`, { body }))
}

async function deliverStock({ clients, random }: Shop): Promise<void> {
  const body = { quantity: random.integer(1, 20), reason: 'delivery' }
  await clients.sendSomehow(clients.operation('adjust_stock', 'POST', '/products/scarce/stock-adjustments', { body }))
}

// ---------------------------------------------------------------------------------------------------------------------

/** The purchase that an answer is about. */
export function idOf(told: Told): string | undefined {
  return 'status' in told ? told.body.purchaseId : undefined
}

export function named(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${what}-${n}`)
}

function product(id: string, priceMinor: number, stock: number): SampleProduct {
  const image = '/images/rainbow-starter-kit.svg'
  return { id, name: `Product ${id}`, description: 'Made for the fault suite.', image, priceMinor, stock }
}
