import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, withContext } from '#web/campaigns/history/line-diff.ts'
import { formatCounting, formatEnding, formatPointsTerms } from '#web/campaigns/points-terms.ts'
import { formatRule, formatSentence } from '#web/campaigns/rule-text.ts'
import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'
import {
  changesOf,
  type Draft,
  draftOf,
  inputErrors,
  mergeDrafts,
  NEW_DRAFT,
  termsOf,
} from '#web/campaigns/terms/draft.ts'
import { FIRST_OF_KIND } from '#web/campaigns/terms/points-end.ts'
import type { CampaignRule, CampaignTerms, PointsExpiry } from '#web/client/campaigns.ts'
import { UNREADABLE } from '#web/format/dates.ts'

const rule = (condition: unknown, formula = '1', variable?: string) =>
  ({ condition, action: { command: 'issue', formula }, ...(variable && { variable }) }) as CampaignRule

describe('a rule in short words', () => {
  const more = { variable: '$.stars', rule: 'numeric_greater_than', value: 1000.5 }
  const text = { variable: '$.type', rule: 'string_equals', value: 'Review' }
  test.each<[string, unknown]>([
    ['stars is more than 1,000.5', more],
    ['type is “Review”', text],
    ['stars is more than 1,000.5 and type is “Review”', { all: [more, text] }],
    [
      '(stars is more than 1,000.5 or type is “Review”) and not (type is “Review”)',
      { all: [{ any: [more, text] }, { not: text }] },
    ],
    ['a is one of 1, 2', { variable: '$.a', rule: 'in', value: [1, 2] }],
    ['a is none of “x”, “y”', { variable: '$.a', rule: 'not_in', value: ['x', 'y'] }],
    ['a is between 1 and 2', { variable: '$.a', rule: 'between', value: [1, 2] }],
    ['a is not “x”', { variable: '$.a', rule: 'string_not_equals', value: 'x' }],
    ['a contains “x”', { variable: '$.a', rule: 'contains', value: 'x' }],
    ['a is not there', { variable: '$.a', rule: 'exists', value: false }],
  ])('%s', (words, condition) => {
    expect(formatRule(rule(condition, '$.stars/10', '$.amount'))).toEqual({ when: words, award: 'stars/10 points' })
  })

  test('always, where it has no condition', () => {
    expect(formatRule(rule(undefined, '$.stars'))).toEqual({ when: '', award: 'stars points' })
  })

  test('that the builder shows is in the words of the builder', () => {
    const weekend = { variable: '$.local.weekday', rule: 'in', value: ['saturday', 'sunday'] }
    const lines = { variable: '@.productId', rule: 'in', value: ['1', '4'] }
    const names = (id: string) => `Unicorn ${id}`
    const first = { variable: '$.customer.purchases', rule: 'numeric_equals', value: 0 }
    const label = { not: { variable: '$.customer.tags', rule: 'contains', value: 'gold' } }
    expect(formatRule({ lines, ...rule(weekend, '$.matched.total*0.2') } as CampaignRule, names)).toEqual({
      award: '20 % of the price of Unicorn 1 and Unicorn 4',
      when: 'the weekday is Saturday or Sunday',
    })
    expect(formatRule(rule({ any: [first, label] }, 'min($.quantity * 5, 100)'))).toEqual({
      award: '5 points for each piece in the cart, at most 100 points a purchase',
      when: 'it is the customer’s first purchase or the customer does not have the tag “gold”',
    })
    expect(formatRule(rule({ rule: 'numeric_greater_than', value: 100 }, '$.amount/10', '$.amount'))).toEqual({
      award: '10 % of what is paid',
      when: 'what is paid is more than $100.00',
    })
    expect(formatSentence({ award: '5 points', when: '' })).toBe('5 points')
    expect(formatSentence({ award: '5 points', when: 'it rains' })).toBe('5 points when it rains')
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
    time_zone: 'UTC',
    priority: 0,
    exclusive_group: null,
    cap_total_points: 5,
    cap_points_per_customer: null,
    available_after_days: 0,
    expiry: null,
    rules: [],
  }

  test.each<[PointsExpiry | null, string]>([
    [null, 'usual'],
    [{ days: 90 }, 'days 90'],
    [{ end_of_month: 0 }, 'end_of_month 0'],
    [{ on: '2028-02-29' }, 'on 2028-02-29'],
  ])('of when points end keeps what is stored: %o', (expiry, end) => {
    const draft = draftOf({ ...terms, available_after_days: 14, expiry })
    expect(draft).toMatchObject({ countAfter: '14', end })
    expect(inputErrors(draft)).toEqual({})
    expect(termsOf(draft)).toMatchObject({ available_after_days: 14, expiry })
  })

  test.each<[Partial<Draft>, string]>([
    [{ countAfter: '366' }, 'Enter a whole number from 0 to 365.'],
    [{ countAfter: '1.5' }, 'Enter a whole number from 0 to 365.'],
    [{ end: FIRST_OF_KIND.days }, 'Enter after how many days the points end.'],
    [{ end: 'days 0' }, 'Enter a whole number from 1 to 36,500.'],
    [{ end: 'end_of_month ' }, 'Enter after how many months the points end.'],
    [{ end: 'end_of_month 121' }, 'Enter a whole number from 0 to 120.'],
    [{ end: FIRST_OF_KIND.on }, 'Enter the last day of the points.'],
    [{ end: `on ${UNREADABLE}` }, 'Enter a whole date.'],
    [{ end: 'on 3000-01-01' }, 'Enter a date in the years 2000 to 2999.'],
  ])('of when points count and end that cannot be saved is said: %o', (part, error) => {
    const draft = { ...draftOf(terms), ...part }
    expect(inputErrors(draft)).toEqual({ [Object.keys(part)[0] ?? '']: error })
    expect(termsOf(draft)).toMatchObject({ available_after_days: 0, expiry: null })
  })

  test.each<[Partial<CampaignTerms>, string, string]>([
    [{}, 'at once', 'as usual'],
    [{ available_after_days: 1, expiry: { days: 1 } }, 'after 1 day', 'after 1 day'],
    [{ available_after_days: 14, expiry: { days: 90 } }, 'after 14 days', 'after 90 days'],
    [{ expiry: { end_of_month: 0 } }, 'at once', 'at the end of the month in which they count'],
    [{ expiry: { end_of_month: 1 } }, 'at once', 'at the end of the 1st month after that in which they count'],
    [{ expiry: { end_of_month: 12 } }, 'at once', 'at the end of the 12th month after that in which they count'],
    [{ expiry: { end_of_month: 22 } }, 'at once', 'at the end of the 22nd month after that in which they count'],
    [{ expiry: { on: '2027-12-31' } }, 'at once', 'on 31 Dec 2027'],
  ])('of when points count and end is said in words: %o', (part, counting, ending) => {
    const told = { ...terms, ...part }
    expect([formatCounting(told), formatEnding(told)]).toEqual([counting, ending])
    const isUsual = counting === 'at once' && ending === 'as usual'
    expect(formatPointsTerms(told)).toBe(isUsual ? undefined : `Points count ${counting} and end ${ending}`)
  })

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
    expect(changesOf({ ...before, timeZone: 'Europe/Berlin' }, before)).toEqual({ time_zone: 'Europe/Berlin' })
    expect(changesOf({ ...before, priority: '-5' }, before)).toEqual({ priority: -5 })
    expect(changesOf({ ...before, exclusiveGroup: 'weekend' }, before)).toEqual({ exclusive_group: 'weekend' })
    expect(changesOf({ ...before, countAfter: '14' }, before)).toEqual({ available_after_days: 14 })
    expect(changesOf({ ...before, end: 'days 90' }, before)).toEqual({ expiry: { days: 90 } })
  })

  test('goes on top of what somebody else saved, field by field', () => {
    const draft = fc.record({
      status: fc.constantFrom('draft', 'active', 'inactive'),
      eventTypes: fc.constantFrom('a', 'b', 'a\nb'),
      startsAt: fc.constantFrom('', 'a', 'b'),
      endsAt: fc.constantFrom('', 'a', 'b'),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
      priority: fc.constantFrom('', '1', '2'),
      exclusiveGroup: fc.constantFrom('', 'a', 'b'),
      capTotal: fc.constantFrom('', '1', '2'),
      capPerCustomer: fc.constantFrom('', '1', '2'),
      countAfter: fc.constantFrom('', '1', '2'),
      end: fc.constantFrom('usual', 'days 1', 'days 2'),
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

  test('of a new campaign begins with no rules, as a draft, in the time zone of whoever makes it', () => {
    expect(JSON.parse(NEW_DRAFT.rules)).toEqual([])
    expect(NEW_DRAFT).toMatchObject({ status: 'draft', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone })
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
