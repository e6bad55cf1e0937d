import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateCampaigns, evaluateWithinCaps } from '#domain/campaigns/award.ts'
import { campaignStateAt, type NotRunning, whyNotRunning } from '#domain/campaigns/campaign.ts'
import { campaign, evaluated, inOneGo, purchase } from '#test/support/campaign-examples.ts'
import { RUNS } from '#test/support/campaigns-arbitrary.ts'
import { instants, instantTexts, occurrences, writtenWith } from '#test/support/instants-arbitrary.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.parse('2026-11-23T12:00:00.000Z')
const scheduled = campaign({
  startsAt: new Date(START_MS).toISOString(),
  endsAt: new Date(START_MS + HOUR_MS).toISOString(),
})

/** What a schedule can say of what should be an instant; null is that the campaign runs. */
const ANSWERS: (NotRunning | null)[] = [null, 'not_started', 'ended', 'no_instant']

/** Whatever comes as `occurredAt`, from systems that keep to no type. */
function survives(occurredAt: unknown): void {
  const event = purchase({ occurredAt })
  const answer = whyNotRunning(scheduled, event)
  expect(ANSWERS).toContain(answer)
  expect(whyNotRunning(campaign({ status: 'inactive' }), event)).toBe('inactive')
  expect(whyNotRunning(campaign({ status: 'draft' }), event)).toBe('draft')
  // Rules look at other members: what they give does not depend on it, and whether it counts, only on the schedule.
  expect(evaluated(scheduled, event).earned).toBe(170)
  expect(inOneGo(evaluateCampaigns([scheduled], event)).points).toBe(answer === null ? 170 : 0)
  const noCaps = () => ({ totalPoints: null, pointsPerCustomer: null })
  const [evaluation] = inOneGo(evaluateWithinCaps([scheduled], event, noCaps))
  expect(evaluation).toMatchObject({ notRunning: answer, earned: 170, points: answer === null ? 170 : 0 })
}

describe('a schedule', () => {
  test('answers for any text as the instant of an event, and evaluating it never throws', () => {
    fc.assert(fc.property(instantTexts, survives), RUNS)
  })

  test('answers for any JSON as the instant of an event, and evaluating it never throws', () => {
    fc.assert(fc.property(occurrences, survives), RUNS)
  })

  test.each([
    ['an array of an instant', ['2026-11-23T12:00:00Z']],
    ['a date of HTTP', 'Tue, 24 Nov 2026 12:00:00 -00:00'],
    ['a date as people write it', 'Tue Nov 24 2026 12:00:00Z'],
    ['an hour without a day', '2026T12:00:00Z'],
    ['a day that no calendar has', '2026-02-31T12:00:00Z'],
  ])('finds no instant of RFC 3339 in %s', (_, occurredAt) => {
    expect(whyNotRunning(campaign(), purchase({ occurredAt }))).toBe('no_instant')
  })

  test('includes its start and excludes its end, to the millisecond and in every offset', () => {
    fc.assert(
      fc.property(instants(START_MS, HOUR_MS), fc.integer({ min: -1_439, max: 1_439 }), (atMs, offsetMinutes) => {
        const isRunning = START_MS <= atMs && atMs < START_MS + HOUR_MS
        const reason = atMs < START_MS ? 'not_started' : 'ended'
        expect(whyNotRunning(scheduled, purchase({ occurredAt: writtenWith(offsetMinutes, atMs) }))).toBe(
          isRunning ? null : reason,
        )
      }),
      RUNS,
    )
  })

  test('says of itself what it says of an event that occurs now, and of a draft nothing else', () => {
    fc.assert(
      fc.property(instants(START_MS, HOUR_MS), (atMs) => {
        const now = new Date(atMs).toISOString()
        const state = { not_started: 'scheduled', ended: 'ended', running: 'running' } as const
        const why = whyNotRunning(scheduled, purchase({ occurredAt: now })) as 'not_started' | 'ended' | null
        expect(campaignStateAt(scheduled, now)).toBe(state[why ?? 'running'])
        expect(campaignStateAt({ ...scheduled, status: 'inactive' }, now)).toBe(why === 'ended' ? why : 'inactive')
        expect(campaignStateAt({ ...scheduled, status: 'draft' }, now)).toBe('draft')
      }),
      RUNS,
    )
  })

  test('without start or end has every instant in it', () => {
    fc.assert(
      fc.property(instants(START_MS, 1_000 * 365 * 24 * HOUR_MS), (atMs) => {
        expect(whyNotRunning(campaign(), purchase({ occurredAt: writtenWith(0, atMs) }))).toBeNull()
      }),
      RUNS,
    )
  })
})
