import jsep from 'jsep'
import { describe, expect, test } from 'vitest'
import type { RuleOutcome } from '#domain/campaigns/campaign.ts'
import type { Condition, Rule } from '#domain/campaigns/condition.ts'
import { Evaluation } from '#domain/campaigns/evaluation.ts'
import { exactFromText } from '#domain/campaigns/exact-number.ts'
import { parseFormula } from '#domain/campaigns/formula.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { CompiledRule, checkRules, evaluateRule } from '#domain/campaigns/rules.ts'
import { warningsOf } from '#domain/campaigns/warnings.ts'
import {
  ALWAYS,
  campaign,
  evaluated,
  giving,
  purchase,
  SAMPLE_RULE,
  SAVED_AT,
} from '#test/support/campaign-examples.ts'

function outcomeOf(formula: string, event: Record<string, unknown> = {}): RuleOutcome | undefined {
  return evaluated({ rules: [giving(formula)] }, purchase(event)).rules[0]
}

/** What this thread has computed so far, in ms: how busy the machine is makes no difference. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

describe('names of prototypes are no functions and no values', () => {
  const names = [...new Set([Object, Function].flatMap((type) => Object.getOwnPropertyNames(type.prototype)))]

  test.each([...names, 'this', 'eval', 'Function', 'globalThis', 'undefined', 'NaN', 'Infinity'])('%s', (name) => {
    for (const formula of [
      name,
      `${name}(1)`,
      `min.${name}`,
      `min.${name}(1)`,
      `min(1).${name}`,
      `$.amount['${name}']()`,
    ]) {
      expect(parseFormula(formula)).toMatchObject({ ok: false })
    }
  })
})

describe('huge numbers and formulas are refused, at once', () => {
  const squares = (times: number) => Array(times).fill('$.amount*$.amount').join('*')

  test.each<[title: string, formula: string]>([
    ['an exponent', '1e999999999'],
    ['an exponent in two parts', '9e9*9e9'],
    ['a power', '9**9**9**9'],
    ['a number of 10,000 digits', '9'.repeat(10_000)],
    ['a number of 1,000 digits', '9'.repeat(1_000)],
    ['a formula of 10,000 characters', Array(5_000).fill('1').join('+')],
    ['10,000 parentheses', `${'('.repeat(5_000)}1${')'.repeat(5_000)}`],
    ['10,000 minus signs', `${'-'.repeat(10_000)}1`],
    ['10,000 spaces', ' '.repeat(10_000)],
    ['1,000 parentheses', `${'('.repeat(499)}1${')'.repeat(499)}`],
    ['1,000 minus signs', `${'-'.repeat(999)}1`],
    ['calls in calls', `${'max('.repeat(150)}1${')'.repeat(150)}`],
    ['parentheses that never close', '('.repeat(1_000)],
    ['brackets that never close', '['.repeat(1_000)],
  ])('%s cannot be saved', (_title, formula) => {
    const before = cpuMs()
    expect(checkRules([giving(formula)])).toMatchObject({ ok: false })
    expect(cpuMs() - before).toBeLessThan(500)
  })

  test.each<[title: string, formula: string]>([
    ['a product that grows and grows', squares(55)],
    ['a quotient that grows finer and finer', squares(55).replaceAll('*', '/')],
    ['a power in disguise', `${'9'.repeat(59)}*${'9'.repeat(59)}`],
    ['a sum of fractions without common factors', Array.from({ length: 90 }, (_, n) => `1/${1009 + 2 * n}`).join('+')],
    ['an intermediate result, though the end would be small', `${'9'.repeat(59)}*100/${'9'.repeat(59)}`],
  ])('%s ends as too large', (_title, formula) => {
    const before = cpuMs()
    expect(checkRules([giving(formula)]).ok).toBe(true)
    expect(outcomeOf(formula)).toMatchObject({ outcome: 'not_evaluated', reason: { code: 'too_large' } })
    expect(cpuMs() - before).toBeLessThan(500)
  })

  test.each(['1e+999999999', '1e-999999999', `1${'0'.repeat(1_000_000)}`, `0.${'0'.repeat(1_000_000)}1`])(
    'a number as long as %.14s is none',
    (text) => {
      const before = cpuMs()
      expect(exactFromText(text)).toBeUndefined()
      expect(cpuMs() - before).toBeLessThan(500)
    },
  )

  test('a sum of five hundred terms is no trouble', () => {
    expect(outcomeOf(Array(500).fill('1').join('+'))).toEqual({ outcome: 'gave', exact: '500' })
  })

  test('the largest rules that can be saved are evaluated in a moment', () => {
    const formula = `${'7'.repeat(58)}1/${'3'.repeat(58)}1${'%1*3'.repeat(200)}`
    const rules = Array(31).fill(giving(formula))
    expect(checkRules(rules).ok).toBe(true)
    const before = cpuMs()
    evaluated({ rules }, purchase())
    expect(cpuMs() - before).toBeLessThan(2_000)
  })
})

describe('steps are counted', () => {
  const event = jsonCopy(purchase()) ?? null

  test('one for each condition, segment of a path and node of a formula', () => {
    const evaluation = new Evaluation(event)
    evaluateRule(new CompiledRule(giving('max($.lines[0].price, -2) / 10')), evaluation)
    const [condition, formula, segments] = [1 + 1, 6, 3]
    expect(evaluation.steps).toBe(condition + formula + segments)
  })

  test('and none is taken beyond the last', () => {
    const enough = new Evaluation(event, 5)
    const tooFew = new Evaluation(event, 4)
    expect(evaluateRule(new CompiledRule(giving('1+2')), enough)).toMatchObject({ outcome: 'gave' })
    expect(evaluateRule(new CompiledRule(giving('1+2')), tooFew)).toMatchObject({ reason: { code: 'too_many_steps' } })
  })

  test('also in conditions, where none decides any longer what the steps did not reach', () => {
    const fails: Condition = { not: ALWAYS }
    const rule = giving('1', { all: [fails, { ...ALWAYS, variable: '$.lines[0].price' }] })
    const steps = 1 + 3 + 4
    expect(evaluateRule(new CompiledRule(rule), new Evaluation(event, steps)).outcome).toBe('did_not_match')
    expect(evaluateRule(new CompiledRule(rule), new Evaluation(event, steps - 1)).outcome).toBe('not_evaluated')
  })

  test('also of conditions without end', () => {
    const rule = giving('1', {
      any: [...Array<Condition>(6_000).fill({ rule: 'numeric_greater_than', value: 100 }), ALWAYS],
    })
    expect(evaluateRule(new CompiledRule({ ...rule, variable: '$.amount' }), new Evaluation(event))).toMatchObject({
      reason: { code: 'too_many_steps' },
    })
  })
})

describe('whatever an event holds, steps are counted for all that a rule goes through', () => {
  const many = 60_000
  const texts: Record<string, unknown> = {
    a: 'a'.repeat(many),
    tags: Array(many).fill('x'),
    b: Array(many).fill([[1, 2], [3]]),
  }

  test.each<[title: string, rule: Rule, event: Record<string, unknown>]>([
    [
      'lines',
      { lines: { variable: '@.price', rule: 'exists', value: false }, ...giving('1') },
      { lines: Array(many).fill(1) },
    ],
    ['elements that are summed', giving('sum($.b[*])'), { b: Array(many).fill(1) }],
    ['elements that are counted', giving('count($.b[*])'), texts],
    ['elements of elements', giving('count($.b[*][*][*])'), { b: Array(30).fill(Array(30).fill(Array(30).fill(1))) }],
    ['elements that have not what is looked for', giving('count($.b[*].c)'), texts],
    ['elements of which the least is taken', giving('min($.b[*])'), { b: Array(many).fill(0.5) }],
    ['elements that are searched', giving('1', { variable: '$.tags', rule: 'contains', value: 'y' }), texts],
    [
      'parts of a text that nearly fit',
      giving('1', { variable: '$.a', rule: 'contains', value: `${'a'.repeat(199)}b` }),
      texts,
    ],
  ])('%s', (_title, rule, event) => {
    expect(checkRules([rule]).ok).toBe(true)
    const evaluation = new Evaluation(jsonCopy(purchase(event)) ?? null)
    expect(evaluateRule(new CompiledRule(rule), evaluation)).toMatchObject({ reason: { code: 'too_many_steps' } })
    expect(evaluation.steps).toBe(LIMITS.steps)
  })

  test('a purchase of as many lines as there can be has enough of them, with the longest lists', () => {
    const lines = Array.from({ length: 20 }, (_, n) => ({
      productId: `${n}`,
      quantity: 2,
      price: 19.99,
      categories: ['unicorns'],
    }))
    const value = Array.from({ length: 100 }, (_, n) => `${n}`)
    const rule: Rule = {
      lines: {
        all: [
          { variable: '@.productId', rule: 'in', value },
          { variable: '@.categories', rule: 'contains', value: 'unicorns' },
          { not: { variable: '@.price', rule: 'between', value: [0, 19] } },
        ],
      },
      ...giving('$.matched.amount + sum($.lines[*].quantity)', {
        variable: '$.matched.total',
        rule: 'numeric_greater_than',
        value: 1,
      }),
    }
    const evaluation = new Evaluation(jsonCopy(purchase({ lines })) ?? null)
    expect(evaluateRule(new CompiledRule(rule), evaluation).outcome).toBe('gave')
    expect(evaluation.steps).toBeLessThan(LIMITS.steps / 10)
  })

  test('a sum of numbers that are long themselves ends as too large, whatever stands before it', () => {
    const long = { b: [Number(`1e${LIMITS.digits - 1}`), ...Array(9).fill(Number(`9e${LIMITS.digits - 1}`)), -1e-20] }
    expect(outcomeOf('sum($.b[*])', long)).toMatchObject({ outcome: 'not_evaluated', reason: { code: 'too_large' } })
  })
})

describe('warnings of the largest rules that can be saved', () => {
  const numbers = (from: number) => Array.from({ length: 100 }, (_, index) => from + index)
  const days = (month: number) =>
    Array.from({ length: 28 }, (_, index) => `20${month + 10}-01-${String(index + 1).padStart(2, '0')}`)
  const either = (path: string): Condition => ({
    any: [
      { variable: path, rule: 'not_in', value: numbers(1) },
      { variable: path, rule: 'not_in', value: numbers(50) },
    ],
  })
  const impossible: Condition = {
    all: [
      { variable: '$.total', rule: 'numeric_greater_than', value: 2 },
      { variable: '$.total', rule: 'numeric_less_than', value: 1 },
    ],
  }
  const divided = '1 / ($.quantity + sum($.lines[*].quantity) + 0.5 - $.customer.purchases + $.local.hour)'

  test.each<[title: string, rules: Rule[]]>([
    [
      'alternatives over long lists',
      [
        giving('1', {
          all: [
            { variable: '$.amount', rule: 'in', value: numbers(40) },
            ...Array(14).fill(either('$.amount')),
            impossible,
          ],
        }),
      ],
    ],
    [
      'days, hours and customers in long lists',
      Array(6).fill(
        giving(divided, {
          any: [
            ...Array.from(
              { length: 8 },
              (_, month): Condition => ({ variable: '$.local.date', rule: 'in', value: days(month) }),
            ),
            { variable: '$.local.hour', rule: 'in', value: numbers(0) },
            { variable: '$.local.weekday', rule: 'in', value: ['saturday', 'sunday'] },
            { variable: '$.customer.purchases', rule: 'in', value: numbers(0) },
            { variable: '$.customer.since', rule: 'in', value: days(9) },
          ],
        }),
      ),
    ],
    [
      'formulas of as many steps as there are',
      Array(30).fill(giving(`1 / ($.quantity + 0.5 + ${Array(38).fill('sum($.lines[*].price)').join('+')})`)),
    ],
    [
      'lines of as many conditions as there are',
      Array(12).fill({
        lines: {
          all: Array.from({ length: 22 }, (_, index) => ({
            variable: '@.tags',
            rule: 'contains',
            value: `label-${index}`,
          })),
        },
        ...giving('1 / ($.matched.quantity + 0.5)'),
      }),
    ],
  ])('take no time to speak of: %s', (_title, rules) => {
    expect(checkRules(rules)).toMatchObject({ ok: true })
    const before = cpuMs()
    warningsOf(campaign({ rules }), SAVED_AT)
    expect(cpuMs() - before).toBeLessThan(3_000)
  })
})

describe('rules that were never checked', () => {
  function nested(levels: number): Condition {
    let condition: Condition = ALWAYS
    for (let level = 0; level < levels; level += 1) condition = { not: condition }
    return condition
  }

  test.each<[title: string, condition: Condition]>([
    ['conditions nested 100,000 deep', nested(100_000)],
    ['a comparison without variable', { rule: 'numeric_equals', value: 1 }],
    ['a value that is no number', { variable: '$.amount', rule: 'numeric_equals', value: Number.NaN }],
    ['a list that is empty of numbers', { variable: '$.amount', rule: 'in', value: [Number.NaN] }],
    ['a list of all kinds', { variable: '$.amount', rule: 'in', value: ['1', null] } as never],
    ['between nothing', { variable: '$.amount', rule: 'between', value: [] } as never],
    ['between a number and a text', { variable: '$.amount', rule: 'between', value: [1, '2'] } as never],
    ['a sum of nothing', { variable: 'sum($.amount)', rule: 'numeric_equals', value: 1 }],
    ['a sum as a text', { variable: 'sum($.lines[*].price)', rule: 'string_equals', value: '1' }],
    ['a line outside of lines', { variable: '@.price', rule: 'exists', value: true }],
    ['a value that is infinite', { variable: '$.amount', rule: 'numeric_equals', value: Infinity }],
  ])('give nothing: %s', (_title, condition) => {
    expect(evaluated({ rules: [giving('1', condition)] }, purchase()).rules).toMatchObject([
      { outcome: 'not_evaluated', reason: { code: 'invalid_rule' } },
    ])
  })

  test('JSON text nested 10,000 deep is an error with a place', () => {
    const condition = `${'{"not":'.repeat(4_000)}1${'}'.repeat(4_000)}`
    const checked = checkRules(`[{"condition":${condition},"action":{"command":"issue","formula":"1"}}]`)
    expect(checked).toMatchObject({ ok: false, errors: [{ path: `/0/condition${'/not'.repeat(8)}` }] })
    expect(checkRules('['.repeat(10_000))).toMatchObject({ ok: false, errors: [{ path: '' }] })
  })
})

describe('the event', () => {
  test('is read once, so that it cannot change under the rules', () => {
    let reads = 0
    const event = purchase()
    Object.defineProperty(event, 'amount', { enumerable: true, get: () => 1000 * ++reads })
    const rules = [SAMPLE_RULE, SAMPLE_RULE, giving('$.amount + $.amount')]
    expect(evaluated({ rules }, event)).toMatchObject({ exact: '2200' })
    expect(reads).toBe(1)
  })

  test('is not changed', () => {
    const event = purchase()
    evaluated({ rules: [SAMPLE_RULE] }, event)
    expect(event).toEqual(purchase())
  })

  test('that inherits its members has none', () => {
    const event = Object.assign(Object.create({ bonus: 5 }), purchase())
    expect(evaluated({ rules: [giving('$.bonus')] }, event).rules).toMatchObject([{ reason: { code: 'missing' } }])
  })
})

describe('jsep is one object for the whole process', () => {
  test('and is left as it was', () => {
    const before = JSON.stringify([jsep.unary_ops, jsep.binary_ops, jsep.literals])
    parseFormula('max(-$.amount, 1) ** 2')
    expect(JSON.stringify([jsep.unary_ops, jsep.binary_ops, jsep.literals])).toBe(before)
    expect(jsep('a ? b : c').type).toBe('ConditionalExpression')
  })

  test('and what others add to it does not become part of a formula', () => {
    jsep.addUnaryOp('typeof')
    jsep.addBinaryOp('=', 0.9)
    jsep.addLiteral('million', 1_000_000)
    jsep.hooks.add('gobble-token', (scope) => {
      scope.node = { type: 'Literal', value: 1_000_000, raw: '1000000' }
    })
    try {
      for (const formula of ['typeof 1', '$.amount = 1', 'million']) expect(parseFormula(formula).ok).toBe(false)
      expect(outcomeOf('1 + 1')).toEqual({ outcome: 'gave', exact: '2' })
    } finally {
      jsep.removeUnaryOp('typeof')
      jsep.removeBinaryOp('=')
      jsep.removeLiteral('million')
      Reflect.deleteProperty(jsep.hooks, 'gobble-token')
    }
  })
})
