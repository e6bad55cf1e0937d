import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, withContext } from '#web/campaigns/history/line-diff.ts'
import { formatRule } from '#web/campaigns/rule-text.ts'
import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'
import { changesOf, type Draft, draftOf, inputErrors, mergeDrafts, NEW_DRAFT } from '#web/campaigns/terms/draft.ts'
import type { CampaignRule, CampaignTerms } from '#web/client/campaigns.ts'

const rule = (condition: unknown, formula = '1', variable?: string) =>
  ({ condition, action: { command: 'issue', formula }, ...(variable && { variable }) }) as CampaignRule

describe('a rule in short words', () => {
  const more = { rule: 'numeric_greater_than', value: 1000.5 }
  const text = { variable: '$.type', rule: 'string_equals', value: 'Review' }
  test.each<[string, unknown]>([
    ['amount is more than 1,000.5', more],
    ['type is “Review”', text],
    ['amount is more than 1,000.5 and type is “Review”', { all: [more, text] }],
    [
      '(amount is more than 1,000.5 or type is “Review”) and not (type is “Review”)',
      { all: [{ any: [more, text] }, { not: text }] },
    ],
  ])('%s', (words, condition) => {
    expect(formatRule(rule(condition, '$.amount/10', '$.amount'))).toEqual({ when: words, award: 'amount/10 points' })
  })
})

describe('rules as text', () => {
  test('have their members in the order in which they are thought, a line each', () => {
    const stored = {
      action: { formula: '1', command: 'issue' },
      condition: { value: 1, rule: 'numeric_equals' },
      variable: '$.a',
    }
    expect(formatRules([stored])).toBe(`[
  {
    "variable": "$.a",
    "condition": { "rule": "numeric_equals", "value": 1 },
    "action": { "command": "issue", "formula": "1" }
  }
]`)
  })

  test('are the same JSON', () => {
    const long = {
      value: 'x'.repeat(100),
      not: { all: [1, null, 'a', [], {}, { b: true }] },
      other: [['y'.repeat(90)]],
    }
    expect(JSON.parse(formatRules([long, 3, 'z']))).toEqual([long, 3, 'z'])
  })
})

describe('a change', () => {
  const terms: CampaignTerms = {
    event_types: ['PurchaseCompleted'],
    status: 'active',
    starts_at: '2026-01-01T00:00:00.123Z',
    ends_at: null,
    cap_total_points: 5,
    cap_points_per_customer: null,
    rules: [],
  }

  test('of types of events is by line, and what cannot be saved is said', () => {
    const before = draftOf(terms)
    const naming = (eventTypes: string) => ({ ...before, eventTypes })
    expect(changesOf(naming('PurchaseCompleted\n Ride, long \n\n'), before)).toEqual({
      event_types: ['PurchaseCompleted', 'Ride, long'],
    })
    for (const text of ['', ' \n', 'a\na', 'x'.repeat(101), 'abcdefghijk'.split('').join('\n')])
      expect(inputErrors(naming(text)).eventTypes).toBeDefined()
    expect(inputErrors(naming('abcdefghij'.split('').join('\n')))).toEqual({})
  })

  test('sends only what was touched', () => {
    const before = draftOf(terms)
    expect(changesOf(before, before)).toEqual({})
    expect(changesOf({ ...before, capTotal: '' }, before)).toEqual({ cap_total_points: null })
    expect(changesOf({ ...before, startsAt: '' }, before)).toEqual({ starts_at: null })
  })

  test('goes on top of what somebody else saved, field by field', () => {
    const draft = fc.record({
      status: fc.constantFrom('active', 'inactive'),
      eventTypes: fc.constantFrom('a', 'b', 'a\nb'),
      startsAt: fc.constantFrom('', 'a', 'b'),
      endsAt: fc.constantFrom('', 'a', 'b'),
      capTotal: fc.constantFrom('', '1', '2'),
      capPerCustomer: fc.constantFrom('', '1', '2'),
      rules: fc.constantFrom('[]', '[1]', '[2]'),
    })
    fc.assert(
      fc.property(draft, draft, draft, (mine, before, theirs) => {
        const merged = mergeDrafts(mine as Draft, before as Draft, theirs as Draft)
        for (const part of Object.keys(merged) as (keyof Draft)[])
          expect(merged[part]).toBe(mine[part] === before[part] ? theirs[part] : mine[part])
      }),
    )
  })

  test('of a draft begins with a rule to change', () => {
    expect(JSON.parse(NEW_DRAFT.rules)).toHaveLength(1)
  })

  test('of lines is shown with what is around it', () => {
    const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].join('\n')
    const lines = diffLines(before, before.replace('5', 'five'))
    const shown = withContext(lines, 1).map((line) => line && `${line.kind} ${line.text}`)
    expect(shown).toEqual([undefined, 'same 4', 'removed 5', 'added five', 'same 6', undefined])
    expect(diffLines('', 'a')).toEqual([{ kind: 'added', text: 'a' }])
    expect(diffLines('a', 'a')).toEqual([{ kind: 'same', text: 'a' }])
  })
})
