import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { awardPoints, parkAward } from '#activities/points.ts'
import { readEvaluation } from '#db/awards.ts'
import { readPurchase } from '#db/purchases.ts'
import type { CampaignTerms } from '#domain/campaigns/campaign.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type CampaignShop, openCampaignShop } from '#test/support/campaign-shop.ts'

let shop: CampaignShop

beforeEach(async () => {
  shop = await openCampaignShop()
  for (const buyer of BUYERS) await shop.addBuyer(buyer)
})
afterEach(async () => {
  const broken = await shop.brokenInvariants()
  await shop.close()
  expect(broken).toEqual([])
})

const GROUP = 'one-of-us'
const BUYERS = ['ann', 'ben', 'cid', 'dan', 'eve']
const caps = (totalPoints: number | null, pointsPerCustomer: number | null = null) => ({
  caps: { totalPoints, pointsPerCustomer },
})
const gives = (points: number | string) => ({ rules: [giving(`${points}`)] })
const inGroup = (name: string, terms: Partial<CampaignTerms>) =>
  shop.addCampaign(name, { exclusiveGroup: GROUP, ...terms })
const given = async (...names: string[]) => await Promise.all(names.map((name) => shop.given(name)))

/** What each campaign gave for a purchase, and why not more. */
async function said(purchaseId: string) {
  const award = await readEvaluation(shop.sql, purchaseId)
  return Object.fromEntries(award?.campaigns.map((one) => [one.campaign, [one.points, one.limitedBy]]) ?? [])
}

describe('of an exclusive group', () => {
  test('only the campaign counts that gives most, and the others use up no cap', async () => {
    await inGroup('less', { ...gives(20), ...caps(500), priority: 5 })
    await inGroup('most', gives(30))
    await shop.addCampaign('another', { ...gives(7), exclusiveGroup: 'another' })
    await shop.addCampaign('beside', gives(1))
    const { purchaseId, points } = await shop.buy('ann')
    expect(points).toBe(38)
    expect(await said(purchaseId)).toEqual({
      less: [0, 'exclusiveGroup'],
      most: [30, null],
      another: [7, null],
      beside: [1, null],
    })
    expect(await given('less', 'most', 'another', 'beside')).toEqual([0, 30, 7, 1])
  })

  test('of two that give as much, the one with the higher priority counts, then the older one', async () => {
    await inGroup('old', gives(20))
    await inGroup('young', gives(20))
    await shop.buy('ann')
    await shop.change('young', { priority: 1 })
    await shop.buy('ann')
    await shop.change('young', { status: 'inactive' })
    await shop.buy('ann')
    expect(await given('old', 'young')).toEqual([40, 20])
  })

  test('what a cap leaves is what counts: when it is used up, the next one gives', async () => {
    await inGroup('most', { ...gives(100), ...caps(250) })
    await inGroup('next', gives(60))
    const points = []
    for (const buyer of BUYERS) points.push((await shop.buy(buyer)).points)
    expect(points).toEqual([100, 100, 60, 60, 60])
    expect(await given('most', 'next')).toEqual([200, 180])
  })

  test('an award that was parked is of those that were in it when the purchase was confirmed, within the caps of now', async () => {
    await inGroup('most', { ...gives(100), ...caps(100) })
    await inGroup('next', gives(60))
    const purchaseId = await shop.confirmed('ann')
    await parkAward(shop.points, { purchaseId }, 'unavailable')
    expect((await readPurchase(shop.sql, purchaseId))?.events.at(-1)?.detail).toMatchObject({ points: 100 })
    await shop.buy('ben')
    await shop.change('next', { exclusiveGroup: null })
    expect(await awardPoints(shop.points, { purchaseId })).toEqual({ points: 60 })
    expect(await said(purchaseId)).toEqual({ most: [0, 'totalPoints'], next: [60, null] })
    await shop.complete(purchaseId)
  })
})

test('the steps of an award go to campaigns by their priority, then the older ones, and a repeat comes to the same', async () => {
  const rules = Array(30).fill(giving(Array(470).fill('1').join('+')))
  for (const name of ['a', 'b', 'c', 'd']) await shop.addCampaign(name, { rules })
  await shop.addCampaign('e', { rules, priority: 1 })
  await shop.addCampaign('f', { rules, priority: -1 })
  const purchaseId = await shop.confirmed('ann')
  await parkAward(shop.points, { purchaseId }, 'unavailable')
  await awardPoints(shop.points, { purchaseId })
  const award = await readEvaluation(shop.sql, purchaseId)
  expect(award?.campaigns.map(({ campaign }) => campaign)).toEqual(['e', 'a', 'b', 'c', 'd', 'f'])
  const earned = award?.campaigns.map((one) => one.earned) ?? []
  expect(earned).toEqual(earned.toSorted((one, other) => other - one))
  expect([earned[0], earned[5]]).toEqual([30 * 470, 0])
  await shop.complete(purchaseId)
})

describe('50 purchases at once', () => {
  const buyAll = () => Promise.all(Array.from({ length: 50 }, (_, index) => shop.buy(BUYERS[index % 5] ?? '')))
  const sum = (bought: { points: number | null }[]) => bought.reduce((all, { points }) => all + (points ?? 0), 0)

  test('get of a group with a budget what they would get one after the other, to the point', async () => {
    await inGroup('most', { ...gives(170), ...caps(4_321) })
    await inGroup('next', gives(100))
    const bought = await buyAll()
    // After 25 of them, less than 100 is left.
    expect(await given('most', 'next')).toEqual([25 * 170, 25 * 100])
    expect(sum(bought)).toBe(25 * 170 + 25 * 100)
  })

  test('get what is left of a budget, where that is most', async () => {
    await inGroup('most', { ...gives(170), ...caps(4_400) })
    await inGroup('next', { ...gives(100), ...caps(null, 300) })
    const bought = await buyAll()
    const points = bought.map((one) => one.points ?? 0)
    // After 25 of them 150 is left. Of the 24 others, each of the five gets three.
    expect(points.filter((each) => each === 170)).toHaveLength(25)
    expect(points.filter((each) => each === 150)).toHaveLength(1)
    const others = BUYERS.map((_, buyer) => points.filter((each, index) => index % 5 === buyer && each < 150))
    for (const each of others) expect(each.filter((one) => one === 100)).toHaveLength(Math.min(3, each.length))
    expect(await given('most', 'next')).toEqual([4_400, sum(bought) - 4_400])
  })

  test('get of two budgets in a group, and of one beside it, as much as there is', async () => {
    await inGroup('most', { ...gives(170), ...caps(1_700) })
    await inGroup('next', { ...gives(100), ...caps(1_000), priority: 1 })
    await inGroup('last', { ...gives(10), ...caps(200) })
    await shop.addCampaign('beside', { ...gives(50), ...caps(1_234) })
    const bought = await buyAll()
    expect(await given('most', 'next', 'last', 'beside')).toEqual([1_700, 1_000, 200, 1_234])
    expect(sum(bought)).toBe(1_700 + 1_000 + 200 + 1_234)
  })

  test('and 10 refunds meanwhile leave no budget overdrawn, and of each group one campaign for each award', async () => {
    await inGroup('most', { ...gives(170), ...caps(1_700) })
    await inGroup('next', { ...gives(100), ...caps(1_000, 400) })
    const first = await Promise.all(BUYERS.flatMap((buyer) => [shop.buy(buyer), shop.buy(buyer)]))
    const [bought] = await Promise.all([buyAll(), ...first.map(({ purchaseId }) => shop.refund(purchaseId))])
    const [most = 0, next = 0] = await given('most', 'next')
    expect(most).toBeLessThanOrEqual(1_700)
    expect(next).toBeLessThanOrEqual(1_000)
    expect(sum(bought)).toBe(most + next)
    for (const { purchaseId } of bought) {
      const counted = Object.values(await said(purchaseId)).filter(([points]) => points !== 0)
      expect(counted.length).toBeLessThanOrEqual(1)
    }
  })
})

async function waitingForLocks() {
  const [row] = await shop.sql<{ count: number }[]>`
    select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return row?.count
}

describe('a refund that comes between evaluating an award and booking it makes room', () => {
  test.each<[string, Partial<CampaignTerms>, number]>([
    ['for the campaign of a group that gives most', { ...gives(60), exclusiveGroup: GROUP }, 100],
    ['for what a campaign alone had nothing left of', { ...gives(0) }, 100],
    ['for what a campaign beside another one had nothing left of', { ...gives(60) }, 160],
  ])('%s', async (_, other, points) => {
    await inGroup('most', { ...gives(100), ...caps(100) })
    await shop.addCampaign('other', other)
    const first = await shop.buy('ann')
    const purchaseId = await shop.confirmed('ben')
    const awarding: Promise<{ points: number }>[] = []
    await shop.asOwner((owner) =>
      owner.begin(async (holder) => {
        await holder`select from awards where id = ${purchaseId} for no key update`
        awarding.push(awardPoints(shop.points, { purchaseId }))
        await expect.poll(waitingForLocks).toBe(1)
        await shop.refund(first.purchaseId)
      }),
    )
    expect(await Promise.all(awarding)).toEqual([{ points }])
    await shop.complete(purchaseId)
    expect(await shop.given('most')).toBe(100)
  })
})

describe('of an award of which a part is given back', () => {
  /** A purchase of three pieces, of which as many are given back. */
  async function refundedOf(pieces: number) {
    const { purchaseId, points } = await shop.buy('ann', 3)
    const refund = await shop.refund(purchaseId, [{ productId: 'air', quantity: pieces }])
    return { points, takenBack: refund.pointsTakenBack, given: await given('most', 'next') }
  }

  test('as much is kept as any campaign of the group gives for the rest, and it stays in the lot of the one that gave', async () => {
    await inGroup('most', gives('$.quantity * 50'))
    await inGroup('next', gives(70))
    expect(await refundedOf(2)).toEqual({ points: 150, takenBack: 80, given: [70, 0] })
  })

  test('no more than it gave is kept', async () => {
    await inGroup('most', gives('$.quantity * 50'))
    await inGroup('next', gives('400 - 100 * $.quantity'))
    expect(await refundedOf(2)).toEqual({ points: 150, takenBack: 0, given: [150, 0] })
  })

  test('another campaign counts for no more than its cap had left for the award', async () => {
    await shop.addCampaign('next', { ...gives(40), exclusiveGroup: GROUP, ...caps(60) })
    await shop.buy('ben')
    await inGroup('most', gives('$.quantity * 10'))
    // 20 is left: less than 30 for three pieces, and more than 10 for one.
    expect(await refundedOf(2)).toEqual({ points: 30, takenBack: 10, given: [20, 40] })
  })

  test('another campaign whose cap had nothing left does not count, though it has room by then', async () => {
    await shop.addCampaign('next', { ...gives(40), exclusiveGroup: GROUP, ...caps(40) })
    const { purchaseId } = await shop.buy('ben')
    await inGroup('most', gives('$.quantity * 10'))
    const bought = await shop.buy('ann', 3)
    await shop.refund(purchaseId)
    expect(await shop.given('next')).toBe(0)
    const refund = await shop.refund(bought.purchaseId, [{ productId: 'air', quantity: 2 }])
    expect([bought.points, refund.pointsTakenBack]).toEqual([30, 20])
  })
})
