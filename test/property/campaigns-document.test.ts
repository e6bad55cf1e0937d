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

/** The same, with each comparison that has a variable of its own written as in a rule. */
function withConditionsApart(part: unknown, count: () => void): unknown {
  if (Array.isArray(part)) return part.map((inner) => withConditionsApart(inner, count))
  if (typeof part !== 'object' || part === null) return part
  if ('variable' in part && 'rule' in part) {
    count()
    const { variable, ...condition } = part
    return { variable, condition }
  }
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, withConditionsApart(inner, count)]))
}

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

  test('describes comparisons that are written beside their variables, which mean the same', () => {
    let apart = 0
    fc.assert(
      fc.property(nearlyRules, (input) => {
        const checked = checkRules(input)
        if (!checked.ok) return
        const written = checked.rules.map((rule) => withConditionsApart(rule, () => (apart += 1)))
        expect(checkRules(written)).toEqual(checked)
        for (const rule of written) expect(published.safeParse(rule).error?.issues ?? []).toEqual([])
      }),
      { numRuns: 1_000 },
    )
    expect(apart).toBeGreaterThan(100)
  })

  test.each([
    ['a condition that says nothing', {}],
    ['an unknown comparison', { rule: 'numeric_is', value: 1 }],
    ['a number as text', { rule: 'numeric_equals', value: '1' }],
    ['a list without conditions', { all: [] }],
    ['two forms at once', { any: [{ rule: 'numeric_equals', value: 1 }], not: { rule: 'numeric_equals', value: 1 } }],
    ['an error further in', { not: { any: [{ all: [{ rule: 'string_equals', value: 1 }] }] } }],
    ['an empty list', { variable: '$.a', rule: 'in', value: [] }],
    ['a list of all kinds', { variable: '$.a', rule: 'not_in', value: ['1', 1] }],
    ['between one and nothing', { variable: '$.a', rule: 'between', value: [1] }],
    ['between a number and a text', { variable: '$.a', rule: 'between', value: [1, '2'] }],
    ['a part that is a number', { variable: '$.a', rule: 'contains', value: 1 }],
    ['existence in words', { variable: '$.a', rule: 'exists', value: 'true' }],
    ['a line in a condition', { variable: '@.a', rule: 'exists', value: true }],
    ['a sum as a text', { variable: 'sum($.lines[*].price)', rule: 'string_equals', value: '1' }],
    ['all elements without a sum', { variable: '$.lines[*].price', rule: 'numeric_equals', value: 1 }],
  ])('does not describe %s', (_, condition) => {
    const rule = { ...giving('1'), variable: '$.amount', condition }
    expect(checkRules([rule]).ok).toBe(false)
    expect(published.safeParse(rule).success).toBe(false)
  })
})

describe('the published schema of lines', () => {
  test.each([
    ['a comparison without a variable', { rule: 'exists', value: true }],
    ['the event', { variable: '$.amount', rule: 'numeric_equals', value: 1 }],
    ['a sum', { variable: 'sum($.lines[*].price)', rule: 'numeric_equals', value: 1 }],
    ['an error further in', { not: { any: [{ variable: 'price', rule: 'numeric_equals', value: 1 }] } }],
  ])('does not describe %s', (_, lines) => {
    const rule = { ...giving('1'), variable: '$.amount', lines }
    expect(checkRules([rule]).ok).toBe(false)
    expect(published.safeParse(rule).success).toBe(false)
  })
})

test('a schema that has a name is never null itself: what may be null says so where it is used', () => {
  for (const [name, schema] of Object.entries(contract.document.components.schemas)) {
    expect(contract.schema(name).safeParse(null).success, `${name}: ${JSON.stringify(schema)}`).toBe(false)
  }
})
