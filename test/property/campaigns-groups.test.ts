import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Award,
  capAward,
  clampToCaps,
  evaluateCampaigns,
  evaluateWithinCaps,
  keptPoints,
  noRoomIn,
} from '#domain/campaigns/award.ts'
import { type Campaign, type Caps, NO_CAPS } from '#domain/campaigns/campaign.ts'
import { type AwardToReduce, takeBackFrom } from '#domain/refund.ts'
import { campaign, giving, inOneGo, purchase } from '#test/support/campaign-examples.ts'
import { RUNS } from '#test/support/campaigns-arbitrary.ts'

const few = fc.integer({ min: 0, max: 6 })
const room = fc.option(few)
const caps: fc.Arbitrary<Caps> = fc.record({ totalPoints: room, pointsPerCustomer: room })

/** A few campaigns in their order, which give few points, so that they give as much as each other now and then. */
const campaigns: fc.Arbitrary<Campaign[]> = fc
  .array(fc.record({ points: few, group: fc.constantFrom(null, null, 'a', 'b') }), { maxLength: 6 })
  .map((all) =>
    all.map(({ points, group: exclusiveGroup }, index) =>
      campaign({ id: `${index}`, exclusiveGroup, rules: [giving(`${points}`)] }),
    ),
  )

const left = fc.array(caps, { minLength: 6, maxLength: 6 })
const remainingIn = (all: readonly Caps[]) => (id: string) => all[Number(id)] ?? NO_CAPS
const evaluate = (all: readonly Campaign[]) => inOneGo(evaluateCampaigns(all, purchase()))

/** What each campaign gives of itself, within its caps. */
function alone(award: Award, all: readonly Caps[]): number[] {
  return award.campaigns.map(({ campaignId, earned }) => clampToCaps(earned, remainingIn(all)(campaignId)).points)
}

const given = ({ campaigns }: Award) => campaigns.map(({ points }) => points)

describe('of an exclusive group', () => {
  test('gives the one that gives most within its caps, the first of those that do; the others nothing, and why', () => {
    fc.assert(
      fc.property(campaigns, left, (all, caps) => {
        const award = evaluate(all)
        const capped = capAward(award, remainingIn(caps))
        const each = alone(award, caps)
        for (const [index, { exclusiveGroup, points, limitedBy }] of capped.campaigns.entries()) {
          const group = capped.campaigns.flatMap((other, at) =>
            other.exclusiveGroup === exclusiveGroup ? [each[at] ?? 0] : [],
          )
          const most = Math.max(...group)
          const isFirst = capped.campaigns.findIndex(
            (other, at) => other.exclusiveGroup === exclusiveGroup && each[at] === most,
          )
          const counts = exclusiveGroup === null || isFirst === index
          expect(points).toBe(counts ? each[index] : 0)
          expect(limitedBy === 'exclusiveGroup').toBe(!counts && (each[index] ?? 0) > 0)
        }
        expect(capped.points).toBe(given(capped).reduce((sum, points) => sum + points, 0))
      }),
      RUNS,
    )
  })

  test('is the same before caps as without any, and again from a stored evaluation', () => {
    fc.assert(
      fc.property(campaigns, left, (all, caps) => {
        const award = evaluate(all)
        expect(capAward(award, () => NO_CAPS)).toEqual(award)
        const capped = capAward(award, remainingIn(caps))
        expect(capAward(JSON.parse(JSON.stringify(capped)), remainingIn(caps))).toEqual(capped)
        expect(capAward(capped, () => NO_CAPS)).toEqual(award)
      }),
      RUNS,
    )
  })

  test('is told in a simulation as it is awarded, and campaigns that do not run count for nothing', () => {
    fc.assert(
      fc.property(campaigns, left, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (all, caps, drafts) => {
        const mixed = all.map((one, index): Campaign => (drafts[index] ? { ...one, status: 'draft' } : one))
        const told = inOneGo(evaluateWithinCaps(mixed, purchase(), ({ id }) => remainingIn(caps)(id)))
        const running = told.flatMap(({ notRunning, ...evaluation }) => (notRunning === null ? [evaluation] : []))
        expect(running).toEqual(capAward(evaluate(mixed), remainingIn(caps)).campaigns)
        for (const { notRunning, points } of told) if (notRunning) expect(points).toBe(0)
      }),
      RUNS,
    )
  })
})

describe('an award that is booked later than it was capped', () => {
  test('is what it would be then, as long as caps have room for what it gives, and none for what they had none for', () => {
    let same = 0
    fc.assert(
      fc.property(campaigns, left, left, (all, before, after) => {
        const capped = capAward(evaluate(all), remainingIn(before))
        const then = remainingIn(after)
        const leaves = (id: string, points: number) => clampToCaps(points, then(id)).points === points
        const hasRoom = capped.campaigns.every(({ campaignId, points }) => leaves(campaignId, points))
        const hasNone = noRoomIn(capped).every(({ campaignId, points }) => !leaves(campaignId, points))
        if (!hasRoom || !hasNone) return
        same += 1
        expect(given(capAward(capped, then))).toEqual(given(capped))
      }),
      RUNS,
    )
    expect(same, 'awards of which this was shown').toBeGreaterThan(100)
  })

  test('says that caps had no room only where with as much it would be another one', () => {
    fc.assert(
      fc.property(campaigns, left, (all, caps) => {
        const capped = capAward(evaluate(all), remainingIn(caps))
        for (const { campaignId, points } of noRoomIn(capped)) {
          const then = (id: string) =>
            id === campaignId ? { totalPoints: points, pointsPerCustomer: null } : remainingIn(caps)(id)
          const other = capAward(capped, then)
          expect(other.campaigns.find((one) => one.campaignId === campaignId)?.points).toBe(points)
          const less = (id: string) =>
            id === campaignId ? { totalPoints: points - 1, pointsPerCustomer: null } : remainingIn(caps)(id)
          expect(given(capAward(capped, less))).toEqual(given(capped))
        }
      }),
      RUNS,
    )
  })
})

/** What is stored of an award of which nothing was taken back. */
function bookedAs({ campaigns }: Award): AwardToReduce {
  return {
    lots: campaigns.flatMap(({ campaignId, points: given }) =>
      given > 0 ? [{ lotId: campaignId, campaignId, given, left: given, owed: 0 }] : [],
    ),
    rooms: Object.fromEntries(campaigns.flatMap(({ campaignId, room }) => (room === null ? [] : [[campaignId, room]]))),
  }
}

test('what is kept of an award is what the campaigns would have given for it alone, but never more than they gave', () => {
  fc.assert(
    fc.property(campaigns, left, fc.array(few, { minLength: 6, maxLength: 6 }), (all, caps, less) => {
      const capped = capAward(evaluate(all), remainingIn(caps))
      const kept = evaluate(all.map((one, index) => ({ ...one, rules: [giving(`${less[index]}`)] })))
      const keeps = keptPoints(kept, (id) => capped.campaigns[Number(id)]?.room ?? null)
      const asIf = capAward(kept, remainingIn(caps))
      let back = capped.points
      for (const { campaignId, exclusiveGroup, points } of capped.campaigns.filter((one) => one.points > 0)) {
        const wouldGive = asIf.campaigns
          .filter((one) =>
            exclusiveGroup === null ? one.campaignId === campaignId : one.exclusiveGroup === exclusiveGroup,
          )
          .reduce((sum, one) => sum + one.points, 0)
        expect(Math.min(points, keeps.get(campaignId) ?? 0)).toBe(Math.min(points, wouldGive))
        back -= Math.min(points, wouldGive)
      }
      const part = takeBackFrom(bookedAs(capped), kept, { back: { amountMinor: 0, points: 0 }, pointValueMinor: 10 })
      expect(part?.amount ?? 0).toBe(back)
    }),
    RUNS,
  )
})
