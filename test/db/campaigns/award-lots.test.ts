import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { takeBackAward } from '#activities/refunds.ts'
import { readGrantsTakenBack } from '#db/campaigns.ts'
import { listLots, readAvailable } from '#db/points.ts'
import { recordOutcome } from '#db/purchases.ts'
import { type PointsTerms, pointsSpan } from '#domain/campaigns/campaign.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'
import { pointsTerms } from '#test/support/campaigns-arbitrary.ts'
import { accepted, commandOf } from '#test/support/points-ledger.ts'

let shop: CampaignShop
let now: string

beforeEach(async () => {
  shop = await openCampaignShop()
  await shop.addBuyer('ann')
  // The last moment of a day in a leap year.
  now = '2028-02-20T23:59:59.999Z'
})
afterEach(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

/** The ledger at `now`. */
const clocked = () => createPointsLedger(shop.sql, { clock: async () => now, alsoCommits: readGrantsTakenBack })
const points = () => ({ ...shop.points, ledger: clocked() })
const available = (at = now) => readAvailable(shop.sql, 'ann', at)

/** Buys, and awards the points at `now`. */
async function buy(between: (purchaseId: string) => unknown = () => {}): Promise<string> {
  const purchaseId = await shop.confirmed('ann')
  await between(purchaseId)
  await awardPoints(points(), { purchaseId })
  await recordOutcome(shop.sql, purchaseId, { status: 'completed' })
  return purchaseId
}

/** Lots as campaign, points, and when these count and end, in the order of their campaigns. */
async function lots() {
  const all = await listLots(shop.sql, { accountId: 'ann', openOnly: false, limit: 100 })
  return all
    .map(({ campaign, original, availableAt, expiresAt }) => [campaign, original, availableAt, expiresAt])
    .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
}

const midnight = (day: string) => `${day}T00:00:00.000Z`

test('an award opens a lot for each campaign that contributes, and each counts and ends by its own terms', async () => {
  await shop.addCampaign('a', {})
  await shop.addCampaign('b', { rules: [giving('7')], availableAfterDays: 14, expiry: { endOfMonth: 0 } })
  await shop.addCampaign('c', { rules: [giving('5')], expiry: { on: '2028-12-31' } })
  await shop.addCampaign('d', { rules: [giving('3')], availableAfterDays: 365, expiry: { on: '2028-12-31' } })
  await shop.addCampaign('e', { rules: [giving('0')] })
  await shop.addCampaign('f', { rules: [giving('9')], caps: { totalPoints: 0, pointsPerCustomer: null } })
  await buy()
  expect(await lots()).toEqual([
    ['a', 170, now, midnight('2029-02-19')],
    ['b', 7, midnight('2028-03-05'), midnight('2028-04-01')],
    ['c', 5, now, midnight('2029-01-01')],
    ['d', 3, midnight('2029-02-19'), midnight('2029-02-20')],
  ])
  expect(
    await shop.sql`
      select c.name, g.points, g.lot_id = l.id and g.transaction_id = l.transaction_id as of_lot
      from points_lots l join campaigns c on c.id = l.campaign_id
      join campaign_grants g on g.lot_id = l.id and g.campaign_id = c.id order by c.name`,
  ).toEqual([
    { name: 'a', points: 170, of_lot: true },
    { name: 'b', points: 7, of_lot: true },
    { name: 'c', points: 5, of_lot: true },
    { name: 'd', points: 3, of_lot: true },
  ])
  expect([await available(), await available(midnight('2028-03-04')), await available(midnight('2028-03-05'))]).toEqual(
    [175, 175, 182],
  )
})

test('the terms are those of the campaign when the purchase was confirmed, however late the points are booked', async () => {
  const terms = { rules: [giving('7')], availableAfterDays: 14, expiry: { days: 10 } }
  await shop.addCampaign('1', terms)
  const change = () => shop.change('1', { availableAfterDays: 0, expiry: null })
  await buy(change)
  await shop.change('1', terms)
  await buy(async (purchaseId) => {
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    await change()
  })
  expect(await lots()).toEqual(Array(2).fill(['1', 7, midnight('2028-03-05'), midnight('2028-03-15')]))
  now = '2028-06-01T12:00:00.000Z'
  await buy()
  expect(await lots()).toContainEqual(['1', 7, now, midnight('2029-06-01')])
})

test('days are counted from that on which the points are booked', async () => {
  await shop.addCampaign('1', { rules: [giving('7')], availableAfterDays: 14 })
  await buy(async (purchaseId) => {
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    now = '2028-03-01T00:00:00.000Z'
  })
  expect(await lots()).toEqual([['1', 7, midnight('2028-03-15'), midnight('2029-03-15')]])
})

test('what does not count yet cannot be spent, and can from midnight on until the midnight at which it ends', async () => {
  await shop.addCampaign('1', { rules: [giving('7')], availableAfterDays: 1, expiry: { days: 1 } })
  await buy()
  const spendOne = async (at: string) => {
    now = at
    const answer = await clocked().execute({ accountId: 'ann', ...commandOf({ type: 'redeem', amount: 1 }) })
    return answer.ok ? 'spent' : answer.refusal
  }
  const refused = { code: 'insufficient_points', available: 0 }
  expect(await spendOne('2028-02-20T23:59:59.999Z')).toEqual(refused)
  expect(await spendOne('2028-02-21T00:00:00.000Z')).toBe('spent')
  expect(await spendOne('2028-02-21T23:59:59.999Z')).toBe('spent')
  expect(await spendOne('2028-02-22T00:00:00.000Z')).toEqual(refused)
})

test('a refund while they wait takes them back whole, whatever was spent meanwhile, and caps have room for them again', async () => {
  const capped = { totalPoints: 170, pointsPerCustomer: 170 }
  await shop.addCampaign('1', { availableAfterDays: 14, caps: capped })
  accepted(await clocked().execute({ accountId: 'ann', ...commandOf({ type: 'issue', amount: 50, ttlDays: 365 }) }))
  const purchaseId = await buy()
  accepted(await clocked().execute({ accountId: 'ann', ...commandOf({ type: 'redeem', amount: 50 }) }))
  expect([await shop.given('1'), await available()]).toEqual([170, 0])
  const refund = await shop.askForRefund(purchaseId)
  expect(await takeBackAward(points(), { purchaseId, refund })).toMatchObject({
    points: 170,
    spent: 0,
    expired: 0,
    owed: 0,
  })
  expect([await shop.given('1'), await available(midnight('2028-04-01'))]).toEqual([0, 0])
  await shop.refund(purchaseId)
})

test('whatever the terms of campaigns are, their lots are theirs, and are the award together', async () => {
  const names = ['a', 'b', 'c']
  for (const name of names) await shop.addCampaign(name)
  const campaign = fc.record({ terms: pointsTerms, points: fc.nat(3) })
  const times = fc
    .date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
    .map((date) => date.toISOString())
  await fc.assert(
    fc.asyncProperty(fc.tuple(campaign, campaign, campaign), times, async (campaigns, at) => {
      now = at
      for (const [index, { terms, points: given }] of campaigns.entries())
        await shop.change(names[index] ?? '', { ...terms, rules: [giving(`${given}`)] })
      const purchaseId = await buy()
      const opened = await shop.sql<{ name: string; points: number; from: Date; until: Date }[]>`
        select c.name, l.original as points, l.available_at as from, l.expires_at as until
        from awards a join points_lots l using (transaction_id) join campaigns c on c.id = l.campaign_id
        where a.id = ${purchaseId} order by c.name`
      expect(opened).toEqual(
        campaigns.flatMap(({ terms, points: given }, index) =>
          given === 0 ? [] : [{ name: names[index], points: given, ...dates(terms, at) }],
        ),
      )
    }),
    { numRuns: 40 },
  )
})

function dates(terms: PointsTerms, at: string) {
  const { availableAt, expiresAt } = pointsSpan(terms, at, 365)
  return { from: new Date(availableAt ?? at), until: new Date(expiresAt) }
}
