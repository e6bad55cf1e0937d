import fc from 'fast-check'
import { NIL } from 'uuid'
import { expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { type BacktestPlan, type EvaluatedAward, openBacktest } from '#api/backtest.ts'
import { recordOutcome } from '#db/purchases.ts'
import type { Campaign } from '#domain/campaigns/campaign.ts'
import { campaign as campaignOf, giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { accepted, commandOf } from '#test/support/points-ledger.ts'

/** Everything since then, by all campaigns of the store, or by one. */
async function backtest(shop: CampaignShop, from = new Date(0), campaign?: Campaign) {
  const evaluated: EvaluatedAward[] = []
  const pages = await openPages(shop, { from, until: await clock(shop), ...(campaign && { campaign }) })
  for (let step = await pages.next(); ; step = await pages.next()) {
    if (step.done) return { evaluated, totals: step.value }
    evaluated.push(...step.value.evaluated)
    expect(step.value.done).toBe(evaluated.length)
  }
}

async function openPages(shop: CampaignShop, plan: Partial<BacktestPlan> & Pick<BacktestPlan, 'from' | 'until'>) {
  const pages = await openBacktest(shop.sql, { client: 'UnicornStore', signal: new AbortController().signal, ...plan })
  if ('tooMany' in pages) throw new Error(`${pages.tooMany} awards are too many`)
  return pages
}

/** A millisecond in which nothing has happened yet. */
async function clock({ sql }: CampaignShop): Promise<Date> {
  const [now] = await sql<{ at: Date }[]>`
    select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as at, pg_sleep(0.002)`
  return now?.at ?? new Date()
}

/** What each award of a backtest is made of, without campaigns that gave nothing. */
function said(evaluated: EvaluatedAward[]) {
  return evaluated.map(({ id, evaluations }) => ({
    id,
    gave: evaluations.flatMap(({ campaignId, points }) => (points > 0 ? [{ campaignId, points }] : [])),
  }))
}

/** What the same awards were made of in truth. */
async function booked({ sql }: CampaignShop, evaluated: EvaluatedAward[]) {
  const grants = await sql<{ id: string; campaignId: string; points: number }[]>`
    select e.reference as id, g.campaign_id as "campaignId", g.points
    from campaign_grants g join points_events e using (transaction_id)
    where e.type = 'issued'
    order by g.campaign_id`
  return evaluated.map(({ id, pointsIssued }) => {
    const gave = grants.flatMap(({ id: of, ...grant }) => (of === id ? [grant] : []))
    expect(gave.reduce((sum, { points }) => sum + points, 0)).toBe(pointsIssued)
    return { id, gave }
  })
}

type Step =
  | { do: 'buy' | 'buy parked' | 'refund' | 'event' | 'take back' | 'return'; who: number }
  | { do: 'spend'; points: number; who: number }
  | { do: 'change'; campaign: number; total: number; perCustomer: number; tenth: number; active: boolean }
  | { do: 'retry' }
  | { do: 'delete' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('buy' as const), who: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('buy parked', 'refund', 'event'), who: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('take back', 'return'), who: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('spend' as const),
      points: fc.integer({ min: 1, max: 200 }),
      who: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      campaign: fc.nat(1),
      total: fc.integer({ min: 0, max: 1500 }),
      perCustomer: fc.integer({ min: 0, max: 600 }),
      tenth: fc.integer({ min: 5, max: 20 }),
      active: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'retry' }, { do: 'delete' }) },
)

/** What is given for an event and spent at once; and both given back in the end, so that it comes back when it is owed. */
const SPENT_REWARD: Step[] = [
  { do: 'event', who: 1 },
  { do: 'spend', points: 6, who: 1 },
]
const GIVEN_BACK: Step[] = [
  { do: 'take back', who: 1 },
  { do: 'return', who: 0 },
]

const BUYERS = ['ann', 'ben', 'cid']
const CAMPAIGNS = ['first', 'second', 'third']

/** Points of awards that came back when they were owed. */
let withheld = 0

/** Does a step for real. */
async function take(
  shop: CampaignShop,
  done: Record<'bought' | 'parked' | 'refunded' | 'rewarded', string[]> & {
    spent: { accountId: string; id: string }[]
  },
  step: Step,
): Promise<void> {
  const { sql, ledger } = shop
  switch (step.do) {
    case 'buy':
      done.bought.push((await shop.buy(BUYERS[step.who] ?? '')).purchaseId)
      return
    case 'buy parked': {
      const purchaseId = await shop.confirmed(BUYERS[step.who] ?? '')
      await parkAward(shop.points, { purchaseId }, 'unavailable')
      await recordOutcome(sql, purchaseId, { status: 'completed' })
      done.bought.push(purchaseId)
      done.parked.push(purchaseId)
      return
    }
    case 'retry':
      for (const purchaseId of done.parked.splice(0)) {
        await awardPoints(shop.points, { purchaseId })
      }
      return
    case 'refund': {
      const [purchaseId] = done.bought.splice(step.who, 1)
      if (!purchaseId) return
      done.refunded.push(purchaseId)
      await shop.refund(purchaseId)
      return
    }
    case 'event': {
      const eventId = await shop.review(BUYERS[step.who] ?? '', { stars: 5, quantity: 1 })
      if (step.who === 0) await parkAward(shop.points, { eventId }, 'unavailable')
      const { points } = await awardPoints(shop.points, { eventId })
      if (points > 0) done.rewarded.push(eventId)
      return
    }
    case 'take back': {
      const [eventId] = done.rewarded.splice(0, 1)
      if (!eventId) return
      const [award] = await sql<{ accountId: string; reverses: string }[]>`
        select user_id as "accountId", transaction_id as reverses from awards where id = ${eventId}`
      const { accountId = '', reverses } = award ?? {}
      accepted(await ledger.execute({ accountId, ...commandOf({ type: 'reverse', reverses }) }))
      return
    }
    case 'spend': {
      const { points: amount, who } = step
      const accountId = BUYERS[who] ?? ''
      const answer = await ledger.execute({ accountId, ...commandOf({ type: 'redeem', amount }) })
      if (answer.ok && answer.answer) done.spent.push({ accountId, id: answer.answer.id })
      return
    }
    case 'return': {
      const [spent] = done.spent.splice(step.who, 1)
      if (!spent) return
      const { accountId, id: reverses } = spent
      const { reversal } = accepted(await ledger.execute({ accountId, ...commandOf({ type: 'reverse', reverses }) }))
      withheld += reversal?.withheld ?? 0
      return
    }
    case 'change':
      await shop.change(CAMPAIGNS[step.campaign] ?? '', {
        status: step.active ? 'active' : 'inactive',
        caps: { totalPoints: step.total, pointsPerCustomer: step.perCustomer },
        rules: [giving(`$.amount/${step.tenth}`), giving('$.stars * 10.5'), giving('$.quantity * 1.5')],
      })
      return
    case 'delete':
      if ((await shop.given('third')) !== undefined) await shop.change('third', null)
  }
}

/** A campaign that never was gives no more than its caps leave, whatever of it is taken back on the way. */
async function expectWithinCaps(shop: CampaignShop) {
  const caps = { totalPoints: 250, pointsPerCustomer: 120 }
  const rules = [giving('$.quantity * 60')]
  const terms = {
    eventTypes: ['PurchaseCompleted'],
    status: 'active',
    startsAt: null,
    endsAt: null,
    caps,
    rules,
  } as const
  const { evaluated, totals } = await backtest(shop, new Date(0), {
    ...terms,
    id: NIL,
    client: 'UnicornStore',
    name: '',
  })
  const [total] = totals.campaigns
  expect((total?.points ?? 0) - (total?.takenBack ?? 0)).toBeLessThanOrEqual(250)
  // Before anything is taken back, the first 250 points go to the first who may have them.
  let given = 0
  const perCustomer = new Map<string, number>()
  for (const { event, accountId, evaluations } of totals.takenBack > 0 ? [] : evaluated) {
    const earned = event.type === 'Review' ? 0 : 60
    const left = Math.min(250 - given, 120 - (perCustomer.get(accountId) ?? 0))
    const points = Math.min(earned, left)
    expect(evaluations[0]?.points).toBe(points)
    given += points
    perCustomer.set(accountId, (perCustomer.get(accountId) ?? 0) + points)
  }
}

async function openHistory(): Promise<CampaignShop> {
  const shop = await openCampaignShop()
  for (const buyer of BUYERS) await shop.addBuyer(buyer)
  await shop.addCampaign('first', { caps: { totalPoints: 700, pointsPerCustomer: null } })
  await shop.addCampaign('second', {
    rules: [giving('$.amount/8')],
    caps: { totalPoints: null, pointsPerCustomer: 300 },
  })
  await shop.addCampaign('third', { rules: [giving('$.stars'), giving('1')] })
  return shop
}

test('a backtest of all campaigns equals what the real runs gave, from the beginning or from any time on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), fc.nat(29), async (steps, cut) => {
      const shop = await openHistory()
      const done = { bought: [], parked: [], refunded: [], rewarded: [], spent: [] }
      try {
        let from = new Date(0)
        for (const [index, one] of [...SPENT_REWARD, ...steps, ...GIVEN_BACK].entries()) {
          if (index === cut) from = await clock(shop)
          await take(shop, done, one)
        }
        const { evaluated, totals } = await backtest(shop)
        expect(said(evaluated)).toEqual(await booked(shop, evaluated))
        for (const { campaign, points, takenBack } of totals.campaigns) {
          const given = await shop.given(campaign)
          if (given !== undefined) expect(points - takenBack, campaign).toBe(given)
        }
        const later = await backtest(shop, from)
        expect(said(later.evaluated)).toEqual(await booked(shop, later.evaluated))
        await expectWithinCaps(shop)
        expect(await shop.brokenInvariants()).toEqual([])
      } finally {
        await shop.close()
      }
    }),
    { numRuns: 15, endOnFailure: true },
  )
  expect(withheld, 'points that were owed when they came back, so that they are a part of the above').toBeGreaterThan(0)
})

test('a cap that 50 purchases at once have reached runs out at the same purchase', async () => {
  const shop = await openHistory()
  try {
    await Promise.all(Array.from({ length: 50 }, (_, index) => shop.buy(BUYERS[index % 3] ?? '')))
    const { evaluated } = await backtest(shop)
    expect(said(evaluated)).toEqual(await booked(shop, evaluated))
    expect(evaluated).toHaveLength(50)
    expect(await shop.brokenInvariants()).toEqual([])
  } finally {
    await shop.close()
  }
})

test('what is not of the store, or not of the time that is asked for, is not evaluated', async () => {
  const shop = await openHistory()
  try {
    await shop.buy('ann')
    const from = await clock(shop)
    const { purchaseId } = await shop.buy('ann')
    const until = await clock(shop)
    await shop.buy('ann')
    const ids = async (client: string) => {
      const { value: page } = await (await openPages(shop, { client, from, until })).next()
      return 'total' in page ? page.evaluated.map(({ id }) => id) : []
    }
    expect(await ids('UnicornStore')).toEqual([purchaseId])
    expect(await ids('reviewsite')).toEqual([])
  } finally {
    await shop.close()
  }
})

test('a page has no more awards than have some 2,000 rules together', async () => {
  const shop = await openHistory()
  try {
    await Promise.all(Array.from({ length: 25 }, (_, index) => shop.buy(BUYERS[index % 3] ?? '')))
    const campaign = campaignOf({ id: NIL, rules: Array(100).fill(giving('1')) })
    const pages = await openPages(shop, { from: new Date(0), until: await clock(shop), campaign })
    const done: number[] = []
    for (let step = await pages.next(); !step.done; step = await pages.next()) done.push(step.value.done)
    expect(done).toEqual([20, 25])
  } finally {
    await shop.close()
  }
})
