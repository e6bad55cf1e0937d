import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { listParkedAwards, readEvaluation } from '#db/awards.ts'
import { readAvailable } from '#db/points.ts'
import { readPurchase } from '#db/purchases.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import { ALWAYS, giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { accepted, commandOf } from '#test/support/points-ledger.ts'

let shop: CampaignShop

beforeEach(async () => {
  shop = await openCampaignShop()
  await shop.addBuyer('ann')
})
afterEach(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString()
const available = (account = 'ann') => readAvailable(shop.sql, account, new Date().toISOString())
/** What the timeline says of the award. */
const timeline = async (purchaseId: string) =>
  (await readPurchase(shop.sql, purchaseId))?.events.find(({ step }) => step === 'awardPoints')?.detail
const caps = (totalPoints: number | null, pointsPerCustomer: number | null = null) => ({
  caps: { totalPoints, pointsPerCustomer },
})

async function waitingForLocks() {
  const [row] = await shop.sql<{ count: number }[]>`
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return row?.count
}

describe('a purchase earns', () => {
  test('what the rules of the campaign give, and its award says which of them', async () => {
    await shop.addCampaign('1')
    const { purchaseId, points } = await shop.buy('ann')
    expect(points).toBe(170)
    const campaign = { campaign: '1', points: 170, exact: '170', rules: [{ outcome: 'gave', exact: '170' }] }
    expect(await readEvaluation(shop.sql, purchaseId)).toMatchObject({ points: 170, campaigns: [campaign] })
    const [event] = await shop.sql`select transaction_id as "transactionId" from points_events`
    expect(await timeline(purchaseId)).toEqual({ points: 170, transactionId: event?.transactionId })
  })

  test.each([
    ['is inactive', { status: 'inactive' as const }],
    ['has not started', { startsAt: hours(1) }],
    ['has ended', { startsAt: hours(-2), endsAt: hours(-1) }],
  ])('nothing by a campaign that %s', async (_, terms) => {
    await shop.addCampaign('1', terms)
    const { purchaseId, points } = await shop.buy('ann')
    expect(points).toBe(0)
    expect(await timeline(purchaseId)).toEqual({ points: 0 })
    expect(await readEvaluation(shop.sql, purchaseId)).toEqual({ points: 0, campaigns: [] })
  })

  test('the sum over campaigns that run at once, as one transaction', async () => {
    await shop.addCampaign('tenth')
    await shop.addCampaign('extra', { rules: [giving('7')] })
    await shop.addCampaign('later', { startsAt: hours(1) })
    expect((await shop.buy('ann')).points).toBe(177)
    expect(await shop.sql`select amount from points_events`).toEqual([{ amount: 177 }])
    expect([await shop.given('tenth'), await shop.given('extra'), await shop.given('later')]).toEqual([170, 7, 0])
  })

  test('nothing by a rule that cannot be evaluated, which is noted and does not stop the others', async () => {
    await shop.addCampaign('1', { rules: [giving('$.colour'), giving('5/0'), giving('3', ALWAYS)] })
    const { purchaseId, points } = await shop.buy('ann')
    expect(points).toBe(3)
    const reasons = [{ reason: { code: 'missing' } }, { reason: { code: 'division_by_zero' } }, { outcome: 'gave' }]
    expect(await readEvaluation(shop.sql, purchaseId)).toMatchObject({ campaigns: [{ rules: reasons }] })
  })

  test('what is within the steps of one award; the rest is noted, and it comes to the same however often it is asked', async () => {
    const rules = Array<Rule>(30).fill(giving(Array(470).fill('1').join('+')))
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const name of names) await shop.addCampaign(name, { rules })
    const purchaseId = await shop.confirmed('ann')
    await parkAward(shop.points, { purchaseId }, 'the ledger is away')
    const [parked] = await listParkedAwards(shop.sql, { limit: 1 })
    const { points } = await awardPoints(shop.points, { purchaseId })
    await shop.complete(purchaseId)
    const reached = (await shop.sql<{ points: number }[]>`select points from campaign_grants order by campaign_id`).map(
      (grant) => grant.points,
    )
    expect(reached.slice(0, 3)).toEqual([14_100, 14_100, 14_100])
    expect(reached.length).toBeLessThan(names.length)
    expect([parked?.earned, await available()]).toEqual([points, points])
    const last = Array(30).fill({ outcome: 'not_evaluated', reason: { code: 'too_many_steps' } })
    expect(await readEvaluation(shop.sql, purchaseId)).toMatchObject({ campaigns: [{}, {}, {}, {}, { rules: last }] })
    expect((await shop.buy('ann')).points).toBe(points)
  })

  test('its points once, when it is awarded again and again and at once', async () => {
    await shop.addCampaign('1', caps(500))
    const purchaseId = await shop.confirmed('ann')
    const again = Array.from({ length: 10 }, () => awardPoints(shop.points, { purchaseId }))
    expect(new Set((await Promise.all(again)).map(({ points }) => points))).toEqual(new Set([170]))
    await shop.complete(purchaseId)
    expect([await available(), await shop.given('1')]).toEqual([170, 170])
  })
})

describe('a cap', () => {
  test.each([
    { what: 'in all', limits: caps(4_321), given: 4_321, limitedBy: 'totalPoints' },
    { what: 'per customer', limits: caps(null, 999), given: 5 * 999, limitedBy: 'pointsPerCustomer' },
  ])('$what is reached by 50 purchases at once to the point', async ({ limits, given, limitedBy }) => {
    await shop.addCampaign('1', limits)
    const buyers = ['b1', 'b2', 'b3', 'b4', 'b5']
    for (const buyer of buyers) await shop.addBuyer(buyer)
    const bought = await Promise.all(Array.from({ length: 50 }, (_, index) => shop.buy(buyers[index % 5] ?? '')))
    expect(bought.reduce((sum, { points }) => sum + (points ?? 0), 0)).toBe(given)
    expect(await shop.given('1')).toBe(given)
    const short = bought.find(({ points }) => points === 0)
    const evaluation = await readEvaluation(shop.sql, short?.purchaseId ?? '')
    expect(evaluation).toMatchObject({ campaigns: [{ points: 0, limitedBy }] })
  })

  test('of one campaign does not touch what the other gives', async () => {
    await shop.addCampaign('capped', caps(20))
    await shop.addCampaign('open', { rules: [giving('5')] })
    expect([(await shop.buy('ann')).points, (await shop.buy('ann')).points]).toEqual([25, 5])
  })

  test('has room again for all that a refund settles: what it took back, and what was spent and made good in money', async () => {
    await shop.addCampaign('1', caps(200))
    const first = await shop.buy('ann')
    expect((await shop.buy('ann')).points).toBe(30)
    await shop.ledger.execute({
      accountId: 'ann',
      key: 'spend',
      requestHash: '',
      command: { type: 'redeem', amount: 50, reason: 'test', reference: 'test', actor: 'test' },
    })
    await shop.refund(first.purchaseId)
    await shop.refund(first.purchaseId)
    expect(await shop.given('1')).toBe(30)
    expect((await shop.buy('ann')).points).toBe(170)
  })

  test('has room again for what is owed only when it comes back', async () => {
    await shop.addCampaign('1', caps(20_000))
    await shop.addCampaign('2', { rules: [giving('17000')] })
    const first = await shop.buy('ann')
    expect(first.points).toBe(17_170)
    const spend = async (amount: number) =>
      accepted(await shop.ledger.execute({ accountId: 'ann', ...commandOf({ type: 'redeem', amount }) })).id
    const giveBack = async (reverses: string) =>
      accepted(await shop.ledger.execute({ accountId: 'ann', ...commandOf({ type: 'reverse', reverses }) })).reversal
        ?.withheld
    const spent = [await spend(70), await spend(17_100)]
    await shop.refund(first.purchaseId)
    const given = async () => [await shop.given('1'), await shop.given('2')]
    // The money made 17,000 points good, those that were spent last, so that the first campaign's are owed.
    expect(await given()).toEqual([170, 0])
    expect(await giveBack(spent[0] ?? '')).toBe(70)
    expect(await given()).toEqual([100, 0])
    expect(await giveBack(spent[1] ?? '')).toBe(100)
    expect(await given()).toEqual([0, 0])
    expect(await shop.brokenInvariants()).toEqual([])
  })

  test('has room again for what is owed also when money makes it good later', async () => {
    await shop.addCampaign('1', caps(1_000))
    const { purchaseId } = await shop.buy('ann')
    await shop.ledger.execute({ accountId: 'ann', ...commandOf({ type: 'redeem', amount: 170 }) })
    await takeBackPart(purchaseId, { reason: 'purchase', amount: 100 })
    expect(await shop.given('1')).toBe(170)
    const { reversal } = await takeBackPart(purchaseId, { reason: 'purchase', amount: 70, makesGood: 120 })
    expect(reversal?.notTakenBack).toEqual({ spent: 70, expired: 0, owed: -50 })
    expect(await shop.given('1')).toBe(50)
  })

  test('that was lowered below what was given stops the points, and takes nothing back', async () => {
    await shop.addCampaign('1', caps(1_000))
    await shop.buy('ann')
    await shop.change('1', caps(100))
    expect((await shop.buy('ann')).points).toBe(0)
    expect(await available()).toBe(170)
  })
})

/** What a saga asks of the ledger to undo a part of an award. */
async function takeBackPart(purchaseId: string, part: { reason: string; amount: number; makesGood?: number }) {
  const undo = {
    type: 'undo' as const,
    undoes: `${purchaseId}/awardPoints`,
    reference: purchaseId,
    actor: 'test',
    ...part,
  }
  return accepted(
    await shop.ledger.execute({ accountId: 'ann', key: crypto.randomUUID(), requestHash: '', command: undo }),
  )
}

test('an award counts as booked until all of it is reversed', async () => {
  await shop.addCampaign('1')
  const { purchaseId } = await shop.buy('ann')
  const isBooked = async () => {
    let booked: unknown
    await shop.asOwner(async (owner) => {
      const [row] = await owner`select points_are_booked(${purchaseId}, 'awardPoints') as booked`
      booked = row?.booked
    })
    return booked
  }
  const booked = [await isBooked()]
  for (const amount of [100, 69, 1]) {
    await takeBackPart(purchaseId, { reason: 'test', amount })
    booked.push(await isBooked())
  }
  expect(booked).toEqual([true, true, true, false])
})

describe('a campaign that is edited', () => {
  test('counts as it stood when the purchase was confirmed, however late the points are booked', async () => {
    await shop.addCampaign('1')
    const before = await shop.confirmed('ann')
    await shop.change('1', { status: 'inactive' })
    const after = await shop.confirmed('ann')
    await shop.complete(before)
    await shop.complete(after)
    expect((await readPurchase(shop.sql, before))?.pointsIssued).toBe(170)
    expect((await readPurchase(shop.sql, after))?.pointsIssued).toBe(0)
  })

  test('while purchases run gives each of them what one of its versions says', async () => {
    await shop.addCampaign('1', { rules: [giving('1')] })
    const buying = Promise.all(Array.from({ length: 40 }, () => shop.buy('ann')))
    for (let version = 2; version <= 5; version++) await shop.change('1', { rules: [giving(`${version}`)] })
    const points = (await buying).map((bought) => bought.points ?? 0)
    expect(points.every((each) => each >= 1 && each <= 5)).toBe(true)
    expect(await available()).toBe(points.reduce((sum, each) => sum + each))
  })
})

describe('a campaign without a cap', () => {
  test('keeps no award waiting, whoever has its row', async () => {
    await shop.addCampaign('1')
    await shop.addCampaign('2', caps(null))
    const purchaseIds = [await shop.confirmed('ann'), await shop.confirmed('ann')]
    await shop.sql.begin(async (holder) => {
      await holder`select from campaigns for no key update`
      await Promise.all(purchaseIds.map((purchaseId) => shop.complete(purchaseId)))
    })
    expect([await available(), await shop.given('1'), await shop.given('2')]).toEqual([680, 340, 340])
  })

  test('that gets one while awards are booked gives no more than it from then on, counting what it gave before', async () => {
    await shop.addCampaign('1')
    const buyers = ['b1', 'b2', 'b3', 'b4', 'b5']
    for (const buyer of buyers) await shop.addBuyer(buyer)
    const purchaseIds = await Promise.all(Array.from({ length: 60 }, (_, n) => shop.confirmed(buyers[n % 5] ?? '')))
    const awarding = purchaseIds.slice(0, 30).map((purchaseId) => shop.complete(purchaseId))
    await awarding[0]
    const changing = shop.change('1', caps(4_321))
    awarding.push(...purchaseIds.slice(30).map((purchaseId) => shop.complete(purchaseId)))
    await Promise.all([changing, ...awarding])
    const [sums] = await shop.sql<{ before: number; after: number }[]>`
      select coalesce(sum(points) filter (where g.at < h.at), 0)::bigint as before,
        coalesce(sum(points) filter (where g.at >= h.at), 0)::bigint as after
      from campaign_grants g join campaign_history h using (campaign_id) where version = 2`
    const { before = 0, after = 0 } = sums ?? {}
    expect(after).toBe(Math.min(60 * 170 - before, Math.max(0, 4_321 - before)))
    expect(await shop.given('1')).toBe(before + after)
  })

  test('gets one only after the awards that are being booked without it', async () => {
    await shop.addCampaign('1')
    await shop.buy('ann')
    const purchaseId = await shop.confirmed('ann')
    const working: Promise<unknown>[] = []
    await shop.asOwner((owner) =>
      owner.begin(async (holder) => {
        await holder`select from points_accounts for no key update`
        working.push(shop.complete(purchaseId))
        await expect.poll(waitingForLocks).toBe(1)
        working.push(shop.change('1', caps(1)))
        await expect.poll(waitingForLocks).toBe(2)
      }),
    )
    await Promise.all(working)
    expect(await shop.given('1')).toBe(340)
    const [order] = await shop.sql`
      select (select at from campaign_history where version = 2) > (select max(at) from campaign_grants) as after`
    expect(order).toEqual({ after: true })
  })

  test('takes back what it gave while it had one, and the other way round', async () => {
    await shop.addCampaign('1', caps(1_000))
    const { purchaseId: capped } = await shop.buy('ann')
    await shop.change('1', caps(null))
    const { purchaseId: uncapped } = await shop.buy('ann')
    await shop.refund(capped)
    await shop.change('1', caps(1_000))
    await shop.refund(uncapped)
    expect([await available(), await shop.given('1')]).toEqual([0, 0])
  })
})

// An award waits for nobody at a campaign without a cap, except for a change of it.
test.each([
  ['with a cap', caps(1_000), 'for no key update'],
  ['without a cap', caps(null), 'for update'],
])(
  'a change of a campaign %s that had to wait for an award is recorded to have come after it',
  async (_, terms, held) => {
    await shop.addCampaign('1', terms)
    const purchaseId = await shop.confirmed('ann')
    const [campaign] = await shop.sql<{ id: string }[]>`select id from campaigns`
    const { changing, awarding } = await shop.sql.begin(async (holder) => {
      await holder`select from campaigns where id = ${campaign?.id ?? ''} ${holder.unsafe(held)}`
      const awarding = shop.complete(purchaseId)
      await expect.poll(waitingForLocks).toBe(1)
      const changing = shop.change('1', caps(50))
      await expect.poll(waitingForLocks).toBe(2)
      return { changing: { promise: changing }, awarding: { promise: awarding } }
    })
    await Promise.all([changing.promise, awarding.promise])
    const [order] = await shop.sql`
    select (select at from campaign_history where version = 2) > (select at from campaign_grants) as after`
    expect(order).toEqual({ after: true })
    expect((await readPurchase(shop.sql, purchaseId))?.pointsIssued).toBe(170)
  },
)

describe('a parked award', () => {
  test('that was booked meanwhile, or after all, is not lost and not given twice', async () => {
    await shop.addCampaign('1')
    const purchaseId = await shop.confirmed('ann')
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    await shop.complete(purchaseId)
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    expect(await listParkedAwards(shop.sql, { limit: 10 })).toEqual([])
    expect(await available()).toBe(170)
  })

  test('of a purchase that earned nothing is nothing', async () => {
    const purchaseId = await shop.confirmed('ann')
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    expect((await readPurchase(shop.sql, purchaseId))?.award).toBe('nothing')
    await shop.complete(purchaseId)
  })

  test('is never one of more points than one transaction takes: that is refused when it is evaluated', async () => {
    await shop.addCampaign('1', { rules: [giving('1000000000'), giving('1')] })
    await shop.addCampaign('2', { rules: [giving('5')] })
    const { purchaseId, points } = await shop.buy('ann')
    expect(points).toBe(0)
    expect((await readPurchase(shop.sql, purchaseId))?.award).toBe('nothing')
    const limitedBy = 'pointsPerAward'
    expect(await readEvaluation(shop.sql, purchaseId)).toMatchObject({
      points: 0,
      campaigns: [
        { earned: 1_000_000_001, points: 0, limitedBy },
        { earned: 5, points: 0, limitedBy },
      ],
    })
    expect(await shop.given('1')).toBe(0)
    expect(await listParkedAwards(shop.sql, { limit: 10 })).toEqual([])
  })
})
