import { z } from '@hono/zod-openapi'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTerms, mergeTerms, termsInput } from '#api/campaign-schemas.ts'
import { evaluateCampaigns } from '#domain/campaigns/award.ts'
import { DEFAULT_TERMS, pointsSpan } from '#domain/campaigns/campaign.ts'
import { campaign, inOneGo, purchase } from '#test/support/campaign-examples.ts'
import { pointsTerms, RUNS } from '#test/support/campaigns-arbitrary.ts'

const times = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString())
const ttlDays = fc.integer({ min: 1, max: 36_500 })

test('terms of points are taken as they are given out', () => {
  fc.assert(
    fc.property(pointsTerms, (terms) => {
      const given = formatTerms({ ...DEFAULT_TERMS, ...terms })
      const taken = mergeTerms(z.strictObject(termsInput).parse(given))
      expect(taken).toEqual({ ...DEFAULT_TERMS, ...terms })
      expect(formatTerms(taken)).toEqual(given)
    }),
    RUNS,
  )
})

test('points count for a day at least before they end, at midnight', () => {
  fc.assert(
    fc.property(pointsTerms, times, ttlDays, (terms, now, ttl) => {
      const { availableAt, expiresAt } = pointsSpan(terms, now, ttl)
      expect(availableAt === null).toBe(terms.availableAfterDays === 0)
      const countsFrom = `${(availableAt ?? now).slice(0, 10)}T00:00:00.000Z`
      expect(Date.parse(expiresAt) - Date.parse(countsFrom)).toBeGreaterThanOrEqual(86_400_000)
      for (const midnight of [availableAt ?? countsFrom, expiresAt])
        expect(midnight).toMatch(/^\d{4}-\d\d-\d\dT00:00:00.000Z$/)
      if (availableAt !== null) expect(availableAt > now).toBe(true)
    }),
    RUNS,
  )
})

test('when points count and end makes no difference to how many they are, and goes with them', () => {
  fc.assert(
    fc.property(pointsTerms, (terms) => {
      const usual = inOneGo(evaluateCampaigns([campaign()], purchase()))
      const { points, campaigns } = inOneGo(evaluateCampaigns([campaign(terms)], purchase()))
      expect({ points, campaigns }).toEqual({
        ...usual,
        campaigns: usual.campaigns.map((one) => ({ ...one, ...terms })),
      })
    }),
    RUNS,
  )
})
