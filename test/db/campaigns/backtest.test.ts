import fc from 'fast-check'
import { NIL } from 'uuid'
import { expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { type BacktestPlan, type EvaluatedAward, openBacktest } from '#api/past-run.ts'
import { listCampaignsOf, readCampaign } from '#db/campaigns.ts'
import { readPurchase, recordOutcome } from '#db/purchases.ts'
import { type Campaign, DEFAULT_TERMS, NO_CAPS, type PointsTerms } from '#domain/campaigns/campaign.ts'
import { campaign as campaignOf, giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { pointsTerms } from '#test/support/campaigns-arbitrary.ts'
import { accepted, commandOf } from '#test/support/points-ledger.ts'

/** Everything since then, by all campaigns of the store, or by one. */
async function backtest(shop: CampaignShop, from = new Date(0), campaign?: Campaign, saved?: Campaign) {
  const evaluated: EvaluatedAward[] = []
  const tried = { ...(campaign && { campaign }), ...(saved && { saved }) }
  const pages = await openPages(shop, { from, until: await clock(shop), ...tried })
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

async function waitingForLocks({ sql }: CampaignShop) {
  const [row] = await sql<{ count: number }[]>`
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return row?.count
}

/** What each award of a backtest is made of, oldest campaign first, without those that gave nothing. */
function said(evaluated: EvaluatedAward[]) {
  return evaluated.map(({ id, evaluations }) => ({
    id,
    gave: evaluations
      .flatMap(({ campaignId, points }) => (points > 0 ? [{ campaignId, points }] : []))
      .sort((a, b) => (a.campaignId < b.campaignId ? -1 : 1)),
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
  | { do: 'buy' | 'buy parked'; who: number; pieces: number }
  | { do: 'refund' | 'refund a piece' | 'event' | 'take back' | 'return'; who: number }
  | { do: 'spend'; points: number; who: number }
  | {
      do: 'change'
      campaign: number
      total: number
      perCustomer: number
      tenth: number
      active: boolean
      group: string | null
      priority: number
      timeZone: string
      points: PointsTerms
    }
  | { do: 'label'; who: number; words: readonly string[] }
  | { do: 'retry' }
  | { do: 'delete' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('buy', 'buy', 'buy', 'buy parked'),
      who: fc.nat(2),
      pieces: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('refund', 'refund a piece', 'refund a piece', 'event'),
      who: fc.nat(2),
    }),
  },
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
      campaign: fc.nat(2),
      total: fc.integer({ min: 0, max: 1500 }),
      perCustomer: fc.integer({ min: 0, max: 600 }),
      tenth: fc.integer({ min: 5, max: 20 }),
      active: fc.constantFrom(true, true, false),
      group: fc.constantFrom('group', 'group', null),
      priority: fc.integer({ min: -1, max: 1 }),
      timeZone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York'),
      points: pointsTerms,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('label' as const),
      who: fc.nat(2),
      words: fc.constantFrom([], ['new'], ['old', 'new']),
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
/** Those that change. */
const CAMPAIGNS = ['first', 'second', 'draft']

/** Points of awards that came back when they were owed, refunds that left something, and campaigns that others of their group excluded. */
let withheld = 0
let pieces = 0
let excluded = 0
/** Awards that what was tried and what was saved give different points for. */
let different = 0

/** By what is kept from when it happened, and is something else later. */
const BY_FACTS = [
  giving('$.customer.purchases + $.local.hour / 24'),
  giving('3', { variable: '$.customer.tags', rule: 'contains', value: 'new' }),
  giving('7', { variable: '$.lines[0].categories', rule: 'contains', value: 'new' }),
]

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
      done.bought.push((await shop.buy(BUYERS[step.who] ?? '', step.pieces)).purchaseId)
      return
    case 'buy parked': {
      const purchaseId = await shop.confirmed(BUYERS[step.who] ?? '', step.pieces)
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
    case 'refund a piece': {
      const purchaseId = done.bought[step.who]
      const purchase = purchaseId ? await readPurchase(sql, purchaseId) : undefined
      const [line] = purchase?.lines ?? []
      if (!purchaseId || !line || line.quantity - line.refunded < 2) return
      await shop.refund(purchaseId, [{ productId: line.productId, quantity: 1 }])
      pieces += 1
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
        ...step.points,
        status: step.active ? 'active' : 'inactive',
        exclusiveGroup: step.group,
        priority: step.priority,
        timeZone: step.timeZone,
        caps: { totalPoints: step.total, pointsPerCustomer: step.perCustomer },
        rules: [giving(`$.amount/${step.tenth}`), giving('$.stars * 10.5'), giving('$.quantity * 1.5'), ...BY_FACTS],
      })
      return
    case 'label':
      await shop.label('air', { categories: [...step.words] })
      await shop.tag(BUYERS[step.who] ?? '', [...step.words])
      return
    case 'delete':
      if ((await shop.given('third')) !== undefined) await shop.change('third', null)
  }
}

/** A campaign that never was gives no more than its caps leave, whatever of it is taken back on the way. */
async function expectWithinCaps(shop: CampaignShop) {
  const caps = { totalPoints: 250, pointsPerCustomer: 120 }
  const rules = [giving('$.quantity * 60')]
  const { evaluated, totals } = await backtest(shop, new Date(0), {
    ...DEFAULT_TERMS,
    caps,
    rules,
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
    const earned = event.type === 'Review' ? 0 : 60 * (event.quantity as number)
    const left = Math.min(250 - given, 120 - (perCustomer.get(accountId) ?? 0))
    const points = Math.min(earned, left)
    expect(evaluations[0]?.points).toBe(points)
    given += points
    perCustomer.set(accountId, (perCustomer.get(accountId) ?? 0) + points)
  }
}

/** What is saved comes to the same beside what is tried as alone, and each award that differs is counted. */
async function expectComparison(shop: CampaignShop, from: Date) {
  const stored = await readCampaign(shop.sql, 'UnicornStore', 'first')
  if (!stored) throw new Error('there is no first campaign')
  // Of rules that are not those of its history, there is no version.
  const { version: _, ...first } = stored
  const [tried, saved] = [
    { ...first, rules: [giving('$.quantity * 60')] },
    {
      ...first,
      rules: [giving('$.amount / 40'), giving('$.stars * 2')],
      caps: { totalPoints: 400, pointsPerCustomer: 90 },
    },
  ]
  const beside = await backtest(shop, from, tried, saved)
  const alone = [await backtest(shop, from, tried), await backtest(shop, from, saved)] as const
  const { saved: compared, ...totals } = beside.totals
  expect({ ...totals, saved: null }).toEqual(alone[0].totals)
  expect({ ...compared?.totals, saved: null }).toEqual(alone[1].totals)
  expect(beside.evaluated.map(({ points }) => points)).toEqual(alone[0].evaluated.map(({ points }) => points))
  expect(beside.evaluated.map(({ pointsSaved }) => pointsSaved)).toEqual(alone[1].evaluated.map(({ points }) => points))
  const by = ({ points, pointsSaved }: { points: number; pointsSaved: number | null }) =>
    Math.abs(points - (pointsSaved ?? 0))
  const differ = beside.evaluated.filter((award) => by(award) > 0)
  const most = differ.toSorted((a, b) => by(b) - by(a)).slice(0, 20)
  expect(compared?.differing).toBe(differ.length)
  expect(compared?.examples).toEqual(most.map(({ evaluations: _, ...award }) => award))
  different += differ.length
}

async function openHistory(): Promise<CampaignShop> {
  const shop = await openCampaignShop()
  for (const buyer of BUYERS) await shop.addBuyer(buyer)
  await shop.addCampaign('first', { exclusiveGroup: 'group', caps: { totalPoints: 700, pointsPerCustomer: null } })
  await shop.addCampaign('draft', { status: 'draft', rules: [giving('1000')] })
  await shop.addCampaign('second', {
    exclusiveGroup: 'group',
    priority: 1,
    rules: [giving('$.amount/8')],
    caps: { totalPoints: null, pointsPerCustomer: 300 },
  })
  await shop.addCampaign('third', { rules: [giving('$.stars'), giving('1'), ...BY_FACTS] })
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
        const others = evaluated.flatMap(({ evaluations }) => evaluations)
        excluded += others.filter(({ limitedBy }) => limitedBy === 'exclusiveGroup').length
        for (const { campaign, points, takenBack } of totals.campaigns) {
          const given = await shop.given(campaign)
          if (given !== undefined) expect(points - takenBack, campaign).toBe(given)
        }
        const later = await backtest(shop, from)
        expect(said(later.evaluated)).toEqual(await booked(shop, later.evaluated))
        await expectWithinCaps(shop)
        await expectComparison(shop, new Date(0))
        await expectComparison(shop, from)
        expect(await shop.brokenInvariants()).toEqual([])
      } finally {
        await shop.close()
      }
    }),
    { numRuns: 20, endOnFailure: true },
  )
  expect(withheld, 'points that were owed when they came back, so that they are a part of the above').toBeGreaterThan(0)
  expect(pieces, 'refunds that left something, so that they are').toBeGreaterThan(0)
  expect(different, 'awards for which what is tried and what is saved differ').toBeGreaterThan(0)
  expect(excluded, 'campaigns that gave nothing because of their group, so that they are').toBeGreaterThan(0)
})

test('a refund that took nothing of what was given takes back what a draft would have given less for the rest', async () => {
  const shop = await openCampaignShop()
  try {
    await shop.addBuyer('ann')
    await shop.addCampaign('by order', { rules: [giving('100')] })
    const { purchaseId } = await shop.buy('ann', 4)
    const draft = campaignOf({ id: NIL, rules: [giving('$.quantity * 10')] })
    const kept = async () => {
      const { totals } = await backtest(shop, new Date(0), draft)
      return totals.points - totals.takenBack
    }
    expect(await kept()).toBe(40)
    for (const left of [30, 20, 10]) {
      await shop.refund(purchaseId, [{ productId: 'air', quantity: 1 }])
      expect(await kept()).toBe(left)
      expect(await shop.given('by order')).toBe(100)
    }
    await shop.refund(purchaseId)
    expect(await kept()).toBe(0)
    expect(await shop.brokenInvariants()).toEqual([])
  } finally {
    await shop.close()
  }
})

test('caps that 50 purchases at once use up, while 15 earlier ones are refunded, leave as much at the same purchases', async () => {
  const shop = await openHistory()
  try {
    const buy = (_: unknown, index: number) => shop.buy(BUYERS[index % 3] ?? '', 1 + (index % 3))
    const first = await Promise.all(Array.from({ length: 15 }, buy))
    await Promise.all([...Array.from({ length: 50 }, buy), ...first.map(({ purchaseId }) => shop.refund(purchaseId))])
    const { evaluated } = await backtest(shop)
    expect(said(evaluated)).toEqual(await booked(shop, evaluated))
    expect(evaluated).toHaveLength(65)
    expect(await shop.brokenInvariants()).toEqual([])
  } finally {
    await shop.close()
  }
})

// Who books takes the instant first, and may then wait for somebody else.
test.each([
  ['an award that waits for its account', 'select from points_accounts for no key update'],
  ['a refund that waits for the lot which it takes back from', 'select from points_lots for no key update'],
])('%s is in the caps of a backtest that begins meanwhile, as what was given before', async (what, held) => {
  const isRefund = what.startsWith('a refund')
  const shop = await openCampaignShop()
  try {
    await shop.addBuyer('ann')
    await shop.addCampaign('capped', { caps: { totalPoints: 300, pointsPerCustomer: null } })
    const { purchaseId: first } = await shop.buy('ann')
    const second = await shop.confirmed('ann')
    if (isRefund) await shop.complete(second)
    const working: Promise<unknown>[] = []
    let from = new Date(0)
    await shop.asOwner((owner) =>
      owner.begin(async (holder) => {
        await holder.unsafe(held)
        working.push(isRefund ? shop.refund(first) : shop.complete(second))
        await expect.poll(() => waitingForLocks(shop)).toBe(1)
        from = await clock(shop)
      }),
    )
    await Promise.all(working)
    const { purchaseId: third, points } = await shop.buy('ann')
    expect(points ?? 0).toBe(isRefund ? 170 : 0)
    const { evaluated } = await backtest(shop, from)
    expect(evaluated.map(({ id }) => id)).toEqual([third])
    expect(said(evaluated)).toEqual(await booked(shop, evaluated))
    expect(await shop.brokenInvariants()).toEqual([])
  } finally {
    await shop.close()
  }
})

test('one campaign gives beside its group what it gave, and what it would give in another group, or with another priority', async () => {
  const shop = await openHistory()
  try {
    const buy = (_: unknown, index: number) => shop.buy(BUYERS[index % 3] ?? '', 1 + (index % 2))
    const bought = await Promise.all(Array.from({ length: 12 }, buy))
    for (const { purchaseId } of bought.slice(0, 4)) await shop.refund(purchaseId)
    const one = [{ productId: 'air', quantity: 1 }]
    for (const { purchaseId } of [bought[5], bought[7]].flatMap((each) => each ?? []))
      await shop.refund(purchaseId, one)
    await Promise.all(Array.from({ length: 12 }, buy))
    const all = await backtest(shop)
    const campaigns = await listCampaignsOf(shop.sql, 'UnicornStore')
    expect(campaigns.map(({ name }) => name)).toEqual(['second', 'first', 'draft', 'third'])
    for (const campaign of campaigns) {
      const { evaluated, totals } = await backtest(shop, new Date(0), campaign)
      const own = (evaluations: EvaluatedAward['evaluations']) =>
        evaluations.filter(({ campaignId }) => campaignId === campaign.id)
      expect(evaluated.map(({ evaluations }) => evaluations)).toEqual(
        all.evaluated.map(({ evaluations }) => own(evaluations)),
      )
      expect(totals.campaigns).toEqual(all.totals.campaigns.filter(({ campaignId }) => campaignId === campaign.id))
      const [total] = totals.campaigns
      expect([totals.points, totals.takenBack]).toEqual([total?.points, total?.takenBack])
      expect(totals.points - totals.takenBack).toBe(await shop.given(campaign.name))
    }
    const pointsOf = async (name: string, changes: Partial<Campaign>) => {
      const saved = campaigns.find((campaign) => campaign.name === name)
      if (!saved) throw new Error(`no campaign ${name}`)
      const { version: _, ...tried } = { ...saved, ...changes }
      const { totals } = await backtest(shop, new Date(0), tried, saved)
      return [totals.points, totals.saved?.totals.points ?? 0]
    }
    // Without a cap that would make up later for what it did not give before.
    const [without = 0] = await pointsOf('first', { exclusiveGroup: null, caps: NO_CAPS })
    const [within = 0] = await pointsOf('first', { caps: NO_CAPS })
    expect(without).toBeGreaterThan(within)
    const [most = 0, none = 0] = await pointsOf('draft', { status: 'active', exclusiveGroup: 'group' })
    expect([most, none]).toEqual([24 * 1_000, 0])
    const asMuch = { rules: [giving('$.amount/8')], caps: NO_CAPS }
    const [second = 0] = await pointsOf('first', asMuch)
    const [first = 0] = await pointsOf('first', { ...asMuch, priority: 2 })
    expect(first).toBeGreaterThan(second)
  } finally {
    await shop.close()
  }
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
