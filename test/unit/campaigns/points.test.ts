import { describe, expect, test } from 'vitest'
import type { Rule } from '#domain/campaigns/condition.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { evaluated, giving, purchase, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

/** Rules, what was bought, the exact sum, the points. Only rules that can be saved are in the table. */
const table: [title: string, rules: Rule[], event: Record<string, unknown>, exact: string, points: number][] = [
  ['the sample rule gives 170 for one Unicorn Air', [SAMPLE_RULE], { amount: 1700 }, '170', 170],
  ['the sample rule gives nothing for 100: more is more', [SAMPLE_RULE], { amount: 100 }, '0', 0],
  ['one cent more than 100 is more', [SAMPLE_RULE], { amount: 100.01 }, '10.001', 10],
  ['half a point goes down to an even whole', [giving('$.amount/10')], { amount: 125 }, '12.5', 12],
  ['half a point goes up to an even whole', [giving('$.amount/10')], { amount: 135 }, '13.5', 14],
  ['half a point alone is none', [giving('$.amount/10')], { amount: 5 }, '0.5', 0],
  ['more than half goes up', [giving('$.amount/10')], { amount: 125.01 }, '12.501', 13],
  ['less than half goes down', [giving('$.amount/10')], { amount: 134.99 }, '13.499', 13],
  ['cents are exact: ten times 0.1 is 1', [giving(Array(10).fill('$.amount').join('+'))], { amount: 0.1 }, '1', 1],
  ['cents are exact: 0.1 + 0.2 - 0.3 is nothing', [giving('(0.1+0.2-0.3)*1000000000')], {}, '0', 0],
  ['a price with cents keeps them until the end', [giving('$.amount*0.85')], { amount: 19.99 }, '16.9915', 17],
  ['2.675 * 100 is 267.5, which binary floats deny', [giving('$.amount*100')], { amount: 2.675 }, '267.5', 268],
  ['a third of three thirds is whole', [giving('$.amount/3*3')], { amount: 10 }, '10', 10],
  ['what never ends as a decimal is given as a fraction', [giving('$.amount/3')], { amount: 10 }, '10/3', 3],
  ['rules are summed before they are rounded', [giving('0.5'), giving('0.5'), giving('0.5')], {}, '1.5', 2],
  ['a rule that comes out below zero takes nothing from others', [giving('-5'), giving('3')], {}, '3', 3],
  ['a rule that comes out below zero gives zero', [giving('$.amount-2000')], {}, '0', 0],
  ['only the rules that match give', [SAMPLE_RULE, giving('7')], { amount: 50 }, '7', 7],
  ['per line, by index', [giving('$.lines[0].quantity*10')], {}, '10', 10],
  ['names in brackets', [giving("$.payload['size in cm']*2")], { payload: { 'size in cm': 21 } }, '42', 42],
  ['a cap in a formula', [giving('min($.amount/10, 100)')], {}, '100', 100],
  ['a floor in a formula', [giving('max($.amount-1650, 0, 20)')], {}, '50', 50],
  ['per full hundred', [giving('floor($.amount/100)*5')], { amount: 1799.99 }, '85', 85],
  ['per hundred begun', [giving('ceil($.amount/100)*5')], { amount: 1700.01 }, '90', 90],
  ['round in a formula is half to even, too', [giving('round(0.5)+round(1.5)+round(2.5)')], {}, '4', 4],
  ['what is left after full tens', [giving('$.amount % 10')], { amount: 1709.5 }, '9.5', 10],
  ['the rest of a division has the sign of its left side', [giving('10 + -7 % 3')], {}, '9', 9],
  ['multiplication before addition', [giving('2+3*4')], {}, '14', 14],
  ['equal operators from left to right', [giving('100-10-5')], {}, '85', 85],
  ['a division from left to right', [giving('100/10/5')], {}, '2', 2],
  ['minus binds to what follows it', [giving('-2*-3')], {}, '6', 6],
]

describe('what rules give', () => {
  test.each(table)('%s', (_title, rules, changes, exact, points) => {
    expect(checkRules(rules)).toEqual({ ok: true, rules })
    expect(evaluated({ rules }, purchase(changes))).toMatchObject({ exact, earned: points })
  })

  test('each rule reports what it did, in the order of the rules', () => {
    const rules = [
      SAMPLE_RULE,
      giving('$.bonus'),
      giving('1', { variable: '$.amount', rule: 'numeric_less_than', value: 100 }),
    ]
    expect(evaluated({ rules }, purchase())).toEqual({
      exact: '170',
      earned: 170,
      rules: [
        { outcome: 'gave', exact: '170' },
        { outcome: 'not_evaluated', reason: { code: 'missing', message: '$.bonus is not in the event' } },
        { outcome: 'did_not_match' },
      ],
    })
  })

  test('a number is given exactly in at most 122 characters: as a decimal, or as a fraction where that is shorter', () => {
    const exact = (formula: string) => evaluated({ rules: [giving(formula)] }, purchase()).exact
    expect(exact('1/8')).toBe('0.125')
    expect(exact(`1/${2n ** 60n}`)).toHaveLength(62)
    expect(exact(`1/${2n ** 61n}`)).toBe(`1/${2n ** 61n}`)
    expect(exact(`${10n ** 59n}/${2n ** 199n}`).length).toBeLessThanOrEqual(122)
  })

  test('what a campaign made of an event survives being stored as JSON', () => {
    const evaluation = evaluated({ rules: [SAMPLE_RULE, giving('1/3'), giving('$.nothing')] }, purchase())
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation)
  })
})

describe('a rule that cannot be evaluated gives nothing, says why, and stops no other', () => {
  const reasons: [formula: string, event: Record<string, unknown>, code: string, message: RegExp][] = [
    ['$.amount/$.quantity', { quantity: 0 }, 'division_by_zero', /zero/],
    ['$.amount % 0', {}, 'division_by_zero', /zero/],
    ['1/($.amount - 1700)', {}, 'division_by_zero', /zero/],
    ['$.lines[1].price', {}, 'missing', /^\$\.lines\[1\]\.price is not in the event$/],
    ['$.username', {}, 'wrong_type', /^\$\.username is a text, not a number$/],
    ['$.lines', {}, 'wrong_type', /an array/],
    ['$.lines[0]', {}, 'wrong_type', /an object/],
    ['$.gift', { gift: true }, 'wrong_type', /a boolean/],
    ['$.gift', { gift: null }, 'wrong_type', /null/],
    ['$.gift', { gift: '12' }, 'wrong_type', /a text/],
    ['$.gift', { gift: Number.NaN }, 'wrong_type', /null/],
    ['$.gift', { gift: 1e300 }, 'too_large', /digits/],
    ['$.gift', { gift: 5e-324 }, 'too_large', /digits/],
    ['$.amount * 1000000', {}, 'too_large', /1000000000 points/],
  ]

  test('and repeats no more of a long path than 60 bytes, in whole characters', () => {
    const { rules } = evaluated({ rules: [giving(`$.${'独'.repeat(100)}`)] }, purchase())
    const message = `$.${'独'.repeat(19)}… is not in the event`
    expect(rules).toEqual([{ outcome: 'not_evaluated', reason: { code: 'missing', message } }])
  })

  test.each(reasons)('%s on %o: %s', (formula, changes, code, message) => {
    const { rules, earned } = evaluated(
      { rules: [giving(formula), giving('3')] },
      purchase({ quantity: 1, ...changes }),
    )
    expect(rules[0]).toEqual({ outcome: 'not_evaluated', reason: { code, message: expect.stringMatching(message) } })
    expect(earned).toBe(3)
  })

  test('a billion points is the most that one rule gives', () => {
    const { rules } = evaluated({ rules: [giving('1000000000'), giving('1000000000.01')] }, purchase())
    expect(rules.map((rule) => rule.outcome)).toEqual(['gave', 'not_evaluated'])
  })

  test('the most that a campaign can give is a safe integer', () => {
    const { earned } = evaluated({ rules: Array(100).fill(giving('1000000000')) }, purchase())
    expect(earned).toBe(100_000_000_000)
  })

  test('a rule that would make the sum unwieldy is left out of it', () => {
    const fine = (prime: string) => giving(`1/${prime}`)
    const rules = [fine('1000000000000000000000000000057'), fine('1000000000000000000000000000061'), giving('2')]
    const evaluation = evaluated({ rules }, purchase())
    expect(evaluation.rules.map((rule) => rule.outcome)).toEqual(['gave', 'not_evaluated', 'gave'])
    expect(evaluation.earned).toBe(2)
  })

  test('an event that is not JSON gives nothing', () => {
    const event = purchase()
    Object.assign(event, { self: event })
    expect(evaluated({ rules: [SAMPLE_RULE] }, event)).toMatchObject({
      earned: 0,
      rules: [{ outcome: 'not_evaluated', reason: { code: 'invalid_event' } }],
    })
  })
})
