import { describe, expect, test } from 'vitest'
import { capAward, clampToCaps, evaluateCampaigns } from '#domain/campaigns/award.ts'
import { whyNotRunning } from '#domain/campaigns/campaign.ts'
import { campaign, giving, inOneGo, purchase, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

const NO_CAPS = { totalPoints: null, pointsPerCustomer: null }

describe('a campaign runs', () => {
  const year = { startsAt: '2026-01-01T00:00:00Z', endsAt: '2027-01-01T00:00:00Z' }

  test.each([
    ['from its first instant', '2026-01-01T00:00:00.000Z', null],
    ['not one millisecond earlier', '2025-12-31T23:59:59.999Z', 'not_started'],
    ['to the millisecond before its end', '2026-12-31T23:59:59.999Z', null],
    ['not at its end', '2027-01-01T00:00:00.000Z', 'ended'],
    ['by the instant, whatever the offset', '2027-01-01T00:30:00+01:00', null],
  ])('%s', (_title, at, why) => {
    expect(whyNotRunning(campaign(year), purchase({ occurredAt: at }))).toBe(why)
  })

  test('always, without start and end', () => {
    expect(whyNotRunning(campaign(), purchase({ occurredAt: '1970-01-01T00:00:00Z' }))).toBeNull()
  })

  test.each(['yesterday', '', '2026-13-01T00:00:00Z', '2026-06-01T00:00:00', '2026-06-01'])(
    'not at %j, which is no instant',
    (text) => {
      expect(whyNotRunning(campaign(), purchase({ occurredAt: text }))).toBe('no_instant')
      expect(whyNotRunning(campaign({ startsAt: text }), purchase({ occurredAt: '2026-12-01T00:00:00Z' }))).toBe(
        'not_started',
      )
      expect(whyNotRunning(campaign({ endsAt: text }), purchase({ occurredAt: '2026-01-01T00:00:00Z' }))).toBe('ended')
    },
  )

  test.each(['inactive', 'draft'] as const)('never while it is %s', (status) => {
    const inYear = purchase({ occurredAt: '2026-06-01T00:00:00Z' })
    expect(whyNotRunning(campaign({ ...year, status }), inYear)).toBe(status)
    expect(inOneGo(evaluateCampaigns([campaign({ ...year, status })], inYear)).points).toBe(0)
  })
})

describe('a campaign is for', () => {
  const reviews = campaign({ eventTypes: ['Review', 'Photo'] })
  const anEvent = (type: unknown) => purchase({ type })

  test.each(['Review', 'Photo'])('an event of its type %s', (type) => {
    expect(whyNotRunning(reviews, anEvent(type))).toBeNull()
    expect(inOneGo(evaluateCampaigns([reviews], anEvent(type))).points).toBe(170)
  })

  test.each([['PurchaseCompleted'], ['review'], ['Review '], [''], [5], [null], [['Review']], [undefined]])(
    'no event of type %j',
    (type) => {
      expect(whyNotRunning(reviews, anEvent(type))).toBe('other_type')
      expect(inOneGo(evaluateCampaigns([reviews], anEvent(type)))).toEqual({ points: 0, campaigns: [] })
    },
  )
})

describe('an award', () => {
  test('is the sum over campaigns, each rounded by itself', () => {
    const halves = [campaign({ id: 'a', rules: [giving('1.5')] }), campaign({ id: 'b', rules: [giving('2.5')] })]
    expect(inOneGo(evaluateCampaigns(halves, purchase())).points).toBe(2 + 2)
  })

  test('says which campaign and rule gave what', () => {
    const double = campaign({ id: '8', name: 'autumn', rules: [giving('0.5'), SAMPLE_RULE] })
    expect(inOneGo(evaluateCampaigns([campaign(), double], purchase()))).toEqual({
      points: 340,
      campaigns: [
        {
          campaignId: '7',
          campaign: '1',
          points: 170,
          limitedBy: null,
          exclusiveGroup: null,
          room: null,
          availableAfterDays: 0,
          expiry: null,
          earned: 170,
          exact: '170',
          rules: [{ outcome: 'gave', exact: '170' }],
        },
        {
          campaignId: '8',
          campaign: 'autumn',
          points: 170,
          limitedBy: null,
          exclusiveGroup: null,
          room: null,
          availableAfterDays: 0,
          expiry: null,
          earned: 170,
          exact: '170.5',
          rules: [
            { outcome: 'gave', exact: '0.5' },
            { outcome: 'gave', exact: '170' },
          ],
        },
      ],
    })
  })

  test('has the terms of the points of each campaign, as they were when it was evaluated', () => {
    const later = campaign({ id: '8', availableAfterDays: 14, expiry: { endOfMonth: 1 } })
    const award = inOneGo(evaluateCampaigns([campaign(), later], purchase()))
    const terms = [
      { availableAfterDays: 0, expiry: null },
      { availableAfterDays: 14, expiry: { endOfMonth: 1 } },
    ]
    expect(award.campaigns).toMatchObject(terms)
    expect(capAward(JSON.parse(JSON.stringify(award)), () => NO_CAPS).campaigns).toMatchObject(terms)
  })

  test.each([
    ['inactive', { status: 'inactive' }],
    ['not started', { startsAt: '2026-11-23T12:00:00.001Z' }],
    ['ended', { endsAt: '2026-11-23T12:00:00.000Z' }],
    ['of another client', { client: 'OtherStore' }],
  ] as const)('has nothing of a campaign that is %s', (_title, changes) => {
    expect(inOneGo(evaluateCampaigns([campaign(changes)], purchase()))).toEqual({ points: 0, campaigns: [] })
  })

  test('of no campaign is nothing', () => {
    expect(inOneGo(evaluateCampaigns([], purchase()))).toEqual({ points: 0, campaigns: [] })
  })
})

describe('caps', () => {
  test.each([
    ['none', NO_CAPS, 170, null],
    ['more left than earned', { totalPoints: 171, pointsPerCustomer: 1000 }, 170, null],
    ['exactly as much left', { totalPoints: 170, pointsPerCustomer: null }, 170, null],
    ['less left in all', { totalPoints: 20, pointsPerCustomer: 50 }, 20, 'totalPoints'],
    ['less left for the customer', { totalPoints: 50, pointsPerCustomer: 20 }, 20, 'pointsPerCustomer'],
    ['nothing left', { totalPoints: 0, pointsPerCustomer: null }, 0, 'totalPoints'],
    ['lowered below what was given', { totalPoints: -40, pointsPerCustomer: null }, 0, 'totalPoints'],
  ])('%s', (_title, remaining, points, limitedBy) => {
    expect(clampToCaps(170, remaining)).toEqual({ points, limitedBy })
  })

  test('limit each campaign by itself', () => {
    const award = inOneGo(evaluateCampaigns([campaign({ id: 'a' }), campaign({ id: 'b' })], purchase()))
    const capped = capAward(award, (id) => (id === 'a' ? { totalPoints: 5, pointsPerCustomer: null } : NO_CAPS))
    expect(capped.points).toBe(175)
    expect(capped.campaigns).toMatchObject([
      { earned: 170, points: 5, limitedBy: 'totalPoints' },
      { earned: 170, points: 170, limitedBy: null },
    ])
  })

  test('of a stored award can be taken again, from what was earned', () => {
    const award = inOneGo(evaluateCampaigns([campaign()], purchase()))
    const parked = capAward(award, () => ({ totalPoints: 5, pointsPerCustomer: null }))
    expect(parked.campaigns).toMatchObject([{ points: 5, room: 5 }])
    expect(capAward(JSON.parse(JSON.stringify(parked)), () => NO_CAPS)).toEqual(award)
  })
})
