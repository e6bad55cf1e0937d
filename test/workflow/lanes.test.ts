import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { beginCompensation, requestCancel } from '#db/purchases.ts'
import { PURCHASE_STEPS, type PurchaseStatus } from '#domain/purchase.ts'
import { type Attempt, failing } from '#test/support/faults.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

/** A purchase comes to the same, whichever lane it takes: the same events with the same details, in the same order. */

const world = await shared(openSagaWorld())
const impatient = await shared(
  openSagaWorld({ workflowInterceptors: [fileURLToPath(new URL('./short-patience.ts', import.meta.url))] }),
)

type Case = {
  name: string
  ends: PurchaseStatus
  quantity?: number
  balanceMinor?: number
  points?: number
  redeemPoints?: number
  expectedTotalMinor?: number
  impatient?: true
  prepare?: (world: SagaWorld, purchaseId: string) => void
}

const paidWithPoints = { points: 40, redeemPoints: 30 }

const outcomes: Case[] = [
  { name: 'bought, with points awarded', ends: 'completed', balanceMinor: 100_000, quantity: 20 },
  { name: 'bought, with nothing to award', ends: 'completed' },
  { name: 'paid in part with points', ends: 'completed', ...paidWithPoints },
  { name: 'paid with points alone', ends: 'completed', points: 60, redeemPoints: 60, balanceMinor: 0 },
  { name: 'out of stock', ends: 'refused', quantity: 999 },
  { name: 'at another price', ends: 'refused', expectedTotalMinor: 599 },
  { name: 'with points worth more than the total', ends: 'refused', points: 100, redeemPoints: 61 },
  { name: 'without enough points', ends: 'refused', points: 29, redeemPoints: 30 },
  { name: 'without enough money', ends: 'refused', balanceMinor: 599 },
  { name: 'without enough money beside the points', ends: 'refused', ...paidWithPoints, balanceMinor: 299 },
  ...(['reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase'] as const).map(
    (step): Case => ({
      name: `cancelled before ${step}`,
      ends: 'cancelled',
      ...paidWithPoints,
      prepare: ({ faults, shop }, id) => faults.on(id, step, { before: () => requestCancel(shop.sql, id, 'test') }),
    }),
  ),
  {
    name: 'cancelled too late',
    ends: 'completed',
    ...paidWithPoints,
    prepare: ({ faults, shop }, id) =>
      faults.on(id, 'confirmPurchase', { after: () => requestCancel(shop.sql, id, 'test') }),
  },
  {
    name: 'undone from outside',
    ends: 'failed',
    ...paidWithPoints,
    prepare: ({ faults, shop }, id) =>
      faults.on(id, 'confirmPurchase', {
        before: () => beginCompensation(shop.sql, id, { status: 'failed', code: 'interrupted' }),
      }),
  },
  ...(['reserveStock', 'redeemPoints', 'chargeWallet'] as const).map(
    (step): Case => ({
      name: `given up at ${step}`,
      ends: 'failed',
      ...paidWithPoints,
      impatient: true,
      prepare: ({ faults }, id) => faults.on(id, step, { before: failing(1e6) }),
    }),
  ),
  {
    name: 'with an award that had to be parked',
    ends: 'completed',
    balanceMinor: 100_000,
    quantity: 20,
    impatient: true,
    prepare: ({ faults }, id) => faults.on(id, 'awardPoints', { before: failing(1e6) }),
  },
]

/** Carries a case out with a buyer and a product of its own. @returns how it ended, and its events without what differs by nature */
async function carryOut(
  given: Case,
  lane: 'fast' | 'visible',
  prepare = given.prepare,
  faulty = given.impatient ?? false,
) {
  const where = given.impatient ? impatient : world
  const { shop } = where
  const product = await shop.addProduct({ priceMinor: 600, stock: 50 })
  const username = await shop.addWallet({ balanceMinor: given.balanceMinor ?? 1000 })
  const { points: amount = 0, quantity = 1, redeemPoints, expectedTotalMinor } = given
  if (amount > 0)
    await shop.ledger.execute({ accountId: username, ...commandOf({ type: 'issue', amount, ttlDays: 365 }) })
  const purchaseId = await shop.order({
    username,
    lines: [{ productId: product, quantity }],
    ...(redeemPoints !== undefined && { redeemPoints }),
    ...(expectedTotalMinor !== undefined && { expectedTotalMinor }),
  })
  prepare?.(where, purchaseId)
  const { status } = await (await where.start(purchaseId, { lane })).result()
  const events = await shop.sql<{ step: string; state: string; detail: unknown }[]>`
    select step, state, detail from purchase_events where purchase_id = ${purchaseId} order by seq`
  // How often a step that fails was tried by then is a matter of luck.
  const withoutIds = JSON.stringify(events.filter(({ state }) => !faulty || state !== 'retried'))
    .replaceAll(product, 'the product')
    .replaceAll(/"transactionId":"?[^",}]+"?/g, '"transactionId":"x"')
  return {
    status,
    events: JSON.parse(withoutIds),
    balance: await shop.balance(username),
    stock: await shop.stock(product),
  }
}

describe.concurrent('both lanes come to the same', () => {
  test.each(outcomes)('$name: $ends', async (given) => {
    const [fast, visible] = await Promise.all([carryOut(given, 'fast'), carryOut(given, 'visible')])
    expect(fast.status).toBe(given.ends)
    expect(fast).toEqual(visible)
  })

  test.each(PURCHASE_STEPS.flatMap((step) => (['before', 'after'] as const).map((moment) => ({ step, moment }))))(
    'after $step has failed in the fast lane, $moment its effect',
    async ({ step, moment }) => {
      const given = { name: '', ends: 'completed', ...paidWithPoints, balanceMinor: 100_000, quantity: 20 } as const
      const prepare: Case['prepare'] = ({ faults }, id) => faults.on(id, step, { [moment]: failing(1) })
      const failed = await carryOut(given, 'fast', prepare, true)
      expect(failed.status).toBe('completed')
      expect(failed).toEqual(await carryOut(given, 'visible'))
    },
  )
})

test.each(['before', 'after'] as const)('after the fast lane took too long, %s the charge', async (moment) => {
  const given = { name: '', ends: 'completed', ...paidWithPoints } as const
  // Longer than the attempt may take: what is still to come of it overlaps with the regular activities.
  const outliveIt = ({ local }: Attempt) => (local ? sleep(6_000) : undefined)
  const late = await carryOut(
    given,
    'fast',
    ({ faults }, id) => faults.on(id, 'chargeWallet', { [moment]: outliveIt }),
    true,
  )
  expect(late).toEqual(await carryOut(given, 'visible'))
  expect(late.status).toBe('completed')
})

test('and the books are in order', async () => {
  for (const { shop } of [world, impatient]) expect(await shop.brokenInvariants()).toEqual([])
})
