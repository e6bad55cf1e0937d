import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRules } from '#domain/campaigns/rules.ts'
import { sampleCampaigns } from '#scripts/seed.ts'
import { openApiDocument } from '#scripts/web-client.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { nearlyRules } from '#test/support/campaigns-arbitrary.ts'
import { type OpenApiDocument, publishedContract } from '#test/support/published-contract.ts'

const contract = publishedContract((await openApiDocument()) as OpenApiDocument)
const published = contract.schema('CampaignRule')

describe('the published schema of rules', () => {
  test('describes the sample campaigns', () => {
    for (const rule of sampleCampaigns({ digits: 2 }).flatMap(({ terms }) => terms.rules)) {
      expect(published.safeParse(rule).error?.issues ?? []).toEqual([])
    }
  })

  test('describes whatever rules are accepted', () => {
    let described = 0
    fc.assert(
      fc.property(nearlyRules, (input) => {
        const checked = checkRules(input)
        if (!checked.ok) return
        for (const rule of checked.rules) expect(published.safeParse(rule).error?.issues ?? []).toEqual([])
        described += checked.rules.length
      }),
      { numRuns: 3_000 },
    )
    expect(described).toBeGreaterThan(100)
  })

  test.each([
    ['a condition that says nothing', {}],
    ['an unknown comparison', { rule: 'numeric_is', value: 1 }],
    ['a number as text', { rule: 'numeric_equals', value: '1' }],
    ['a list without conditions', { all: [] }],
    ['two forms at once', { any: [{ rule: 'numeric_equals', value: 1 }], not: { rule: 'numeric_equals', value: 1 } }],
    ['an error further in', { not: { any: [{ all: [{ rule: 'string_equals', value: 1 }] }] } }],
  ])('does not describe %s', (_, condition) => {
    const rule = { ...giving('1'), variable: '$.amount', condition }
    expect(checkRules([rule]).ok).toBe(false)
    expect(published.safeParse(rule).success).toBe(false)
  })
})

test('a schema that has a name is never null itself: what may be null says so where it is used', () => {
  for (const [name, schema] of Object.entries(contract.document.components.schemas)) {
    expect(contract.schema(name).safeParse(null).success, `${name}: ${JSON.stringify(schema)}`).toBe(false)
  }
})
