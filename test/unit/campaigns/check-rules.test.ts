import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '#domain/campaigns/condition.ts'
import { parseFormula } from '#domain/campaigns/formula.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { ALWAYS, giving, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

/** The places of the errors in one rule. */
function placesIn(rule: unknown): string[] {
  return errorsIn([rule]).map((error) => error.path)
}

function errorsIn(input: unknown) {
  const checked = checkRules(input)
  return checked.ok ? [] : checked.errors
}

function nested(levels: number): Condition {
  return levels === 0 ? ALWAYS : { not: nested(levels - 1) }
}

describe('rules that can be saved', () => {
  test('are taken as an array and as JSON text, and mean the same', () => {
    const rules = [SAMPLE_RULE, giving('1', { any: [ALWAYS, { not: ALWAYS }] })]
    expect(checkRules(rules)).toEqual({ ok: true, rules })
    expect(checkRules(JSON.stringify(rules))).toEqual({ ok: true, rules })
  })

  test('may be none', () => {
    expect(checkRules('[]')).toEqual({ ok: true, rules: [] })
  })

  test('are kept in one form, also where a condition is written beside its variable as in a rule', () => {
    const { action } = SAMPLE_RULE
    const written = [
      {
        lines: { all: [{ variable: '@.productId', condition: { rule: 'in', value: ['1', '4'] } }] },
        condition: { not: { variable: 'sum($.lines[*].price)', condition: { rule: 'between', value: [1, 2] } } },
        action,
      },
    ]
    const rules = [
      {
        lines: { all: [{ variable: '@.productId', rule: 'in', value: ['1', '4'] }] },
        condition: { not: { variable: 'sum($.lines[*].price)', rule: 'between', value: [1, 2] } },
        action,
      },
    ]
    expect(checkRules(written)).toEqual({ ok: true, rules })
  })

  test.each([
    [{ condition: { rule: 'exists', value: true } }, ['/0/condition/variable']],
    [{ variable: '$.a', condition: {} }, ['/0/condition/condition/rule', '/0/condition/condition/value']],
    [{ variable: '$.a', condition: { rule: 'exists', value: 1 } }, ['/0/condition/condition/value']],
    [
      { variable: '$.a', condition: { variable: '$.b', rule: 'exists', value: true } },
      ['/0/condition/condition/variable'],
    ],
    [{ variable: '$.a', condition: { rule: 'exists', value: true }, rule: 'exists' }, ['/0/condition/rule']],
    [{ variable: '$.a', condition: { all: [] } }, ['/0/condition/condition/all']],
  ])('are not: %j', (condition, places) => {
    expect(placesIn({ ...giving('1'), condition })).toEqual(expect.arrayContaining(places))
  })

  test('share nothing with what was handed in', () => {
    const rule = structuredClone(SAMPLE_RULE)
    const checked = checkRules([rule])
    Object.assign(rule.action, { formula: '$.amount*1000' })
    expect(checked).toEqual({ ok: true, rules: [SAMPLE_RULE] })
  })
})

describe('an error is reported with its place, as a JSON Pointer', () => {
  const { condition, action, variable } = SAMPLE_RULE

  test.each<[title: string, rule: unknown, places: string[]]>([
    ['no object', 12, ['/0']],
    ['null', null, ['/0']],
    ['an array', [], ['/0']],
    ['nothing in it', {}, ['/0/action']],
    ['null for a condition', { ...SAMPLE_RULE, condition: null }, ['/0/condition']],
    ['a member that is not known', { ...SAMPLE_RULE, 'a/b~c': 1 }, ['/0/a~1b~0c']],
    ['a member named like a prototype', JSON.parse('{"__proto__":{}}'), ['/0/__proto__']],
    ['a variable that is no text', { ...SAMPLE_RULE, variable: 1 }, ['/0/variable']],
    ['no variable anywhere', { condition, action }, ['/0/condition/variable']],
    [
      'a comparison that is not known',
      { variable, action, condition: { rule: 'is', value: 1 } },
      ['/0/condition/rule'],
    ],
    ['no value', { variable, action, condition: { rule: 'numeric_equals' } }, ['/0/condition/value']],
    ['a text for a number', { variable, action, condition: { ...condition, value: '100' } }, ['/0/condition/value']],
    ['null for a number', { variable, action, condition: { ...condition, value: null } }, ['/0/condition/value']],
    [
      'a number for a text',
      { variable, action, condition: { rule: 'string_equals', value: 1 } },
      ['/0/condition/value'],
    ],
    ['a number without end', { variable, action, condition: { ...condition, value: 1e300 } }, ['/0/condition/value']],
    ['an empty all', { variable, action, condition: { all: [] } }, ['/0/condition/all']],
    ['any over an object', { variable, action, condition: { any: condition } }, ['/0/condition/any']],
    ['not over an array', { variable, action, condition: { not: [condition] } }, ['/0/condition/not']],
    ['all and any at once', { variable, action, condition: { all: [condition], any: [] } }, ['/0/condition/any']],
    [
      'deep inside',
      giving('1', { all: [ALWAYS, { not: { any: [ALWAYS, {}] } }] } as never),
      [
        '/0/condition/all/1/not/any/1/rule',
        '/0/condition/all/1/not/any/1/value',
        '/0/condition/all/1/not/any/1/variable',
      ],
    ],
    ['another command', { variable, condition, action: { ...action, command: 'redeem' } }, ['/0/action/command']],
    ['no formula', { variable, condition, action: { command: 'issue' } }, ['/0/action/formula']],
    [
      'a number for a formula',
      { variable, condition, action: { command: 'issue', formula: 10 } },
      ['/0/action/formula'],
    ],
    ['an empty formula', giving(''), ['/0/action/formula']],
    ['several errors', { variable: 'amount', condition: 1, action: 2 }, ['/0/variable', '/0/condition', '/0/action']],
  ])('%s', (_title, rule, places) => {
    expect(placesIn(rule)).toEqual(places)
  })

  const found = { variable: '@.productId', rule: 'in', value: ['1', '4'] } as const
  const total = giving('$.matched.total')

  test.each<[title: string, rule: unknown, places: string[], message: RegExp]>([
    ['lines that are no condition', { ...total, lines: [] }, ['/0/lines'], /must be an object/],
    [
      'no variable in lines',
      { ...total, lines: { ...found, variable: undefined } },
      ['/0/lines/variable'],
      /such as @/,
    ],
    [
      'no variable in lines, though the rule has one',
      { ...total, variable: '$.amount', lines: { not: { rule: 'exists', value: true } } },
      ['/0/lines/not/variable'],
      /each comparison of lines has its own/,
    ],
    [
      'the event in lines',
      { ...total, lines: { ...found, variable: '$.amount' } },
      ['/0/lines/variable'],
      /starts with @/,
    ],
    [
      'a sum in lines',
      { ...total, lines: { ...found, variable: 'sum(@.x[*])' } },
      ['/0/lines/variable'],
      /starts with @/,
    ],
    ['a line in the condition', giving('1', { ...found }), ['/0/condition/variable'], /starts with \$/],
    ['a line as the variable', { ...giving('1'), variable: '@.price' }, ['/0/variable'], /starts with \$/],
    [
      'too much of matched',
      { ...giving('$.matched.price'), lines: found },
      ['/0/action/formula'],
      /total, amount, quantity, count/,
    ],
    [
      'all of matched',
      { ...giving("$['matched']"), lines: found },
      ['/0/action/formula'],
      /total, amount, quantity, count/,
    ],
    [
      'too deep in matched',
      { ...giving('1', { variable: '$.matched.total.x', rule: 'exists', value: true }), lines: found },
      ['/0/condition/variable'],
      /total, amount, quantity, count/,
    ],
    [
      'a sum over matched',
      { ...giving('sum($.matched[*].total)'), lines: found },
      ['/0/action/formula'],
      /^character 5: .*total, amount, quantity, count/,
    ],
    [
      'a sum over what matched has not, in a call',
      { ...giving("1 + floor(max($['matched'].lines[*].total))"), lines: found },
      ['/0/action/formula'],
      /^character 15: .*total, amount, quantity, count/,
    ],
    [
      'a comparison of a sum over matched',
      { ...giving('1', { variable: 'sum($.matched[*].total)', rule: 'numeric_equals', value: 1 }), lines: found },
      ['/0/condition/variable'],
      /^character 5: .*total, amount, quantity, count/,
    ],
    [
      'a count over matched as the variable of the rule',
      { ...giving('1'), variable: 'count($.matched.lines[*])', lines: found },
      ['/0/variable'],
      /^character 7: .*total, amount, quantity, count/,
    ],
    ['an empty list', giving('1', { ...found, variable: '$.a', value: [] }), ['/0/condition/value'], /1 to 100 texts/],
    ['no list', giving('1', { ...found, variable: '$.a', value: '1' } as never), ['/0/condition/value'], /an array of/],
    [
      'texts and numbers in one list',
      giving('1', { variable: '$.a', rule: 'not_in', value: ['1', 1] } as never),
      ['/0/condition/value'],
      /texts only or numbers only/,
    ],
    [
      'neither in a list',
      giving('1', { variable: '$.a', rule: 'in', value: ['1', null, true] } as never),
      ['/0/condition/value/1', '/0/condition/value/2'],
      /a text or a number/,
    ],
    [
      'a text that is too long in a list',
      giving('1', { variable: '$.a', rule: 'in', value: ['1', 'x'.repeat(201)] }),
      ['/0/condition/value/1'],
      /longer than 200/,
    ],
    [
      'between three',
      giving('1', { variable: '$.a', rule: 'between', value: [1, 2, 3] } as never),
      ['/0/condition/value'],
      /two numbers or two texts/,
    ],
    [
      'between a number and a text',
      giving('1', { variable: '$.a', rule: 'between', value: [1, '2'] } as never),
      ['/0/condition/value'],
      /texts only or numbers only/,
    ],
    [
      'a part that is no text',
      giving('1', { variable: '$.a', rule: 'contains', value: 1 } as never),
      ['/0/condition/value'],
      /must be a text/,
    ],
    [
      'there, or not, in words',
      giving('1', { variable: '$.a', rule: 'exists', value: 'yes' } as never),
      ['/0/condition/value'],
      /true or false/,
    ],
    [
      'a sum compared as a text',
      giving('1', { variable: 'sum($.lines[*].price)', rule: 'in', value: ['1'] }),
      ['/0/condition/variable'],
      /is a number/,
    ],
    [
      'the sum of the rule compared as a text',
      {
        ...giving('1', {
          any: [
            { rule: 'numeric_equals', value: 1 },
            { rule: 'contains', value: '1' },
          ],
        }),
        variable: 'count($.lines[*])',
      },
      ['/0/condition/any/1/rule'],
      /is a number/,
    ],
  ])('%s', (_title, rule, places, message) => {
    expect(placesIn(rule)).toEqual(places)
    expect(errorsIn([rule])[0]?.message).toMatch(message)
  })

  test('in the rule that has it', () => {
    expect(errorsIn([SAMPLE_RULE, SAMPLE_RULE, giving('x')])[0]?.path).toBe('/2/action/formula')
  })

  test.each<[title: string, input: unknown, message: RegExp]>([
    ['text that is not JSON', '[{"variable": $.amount}]', /is not JSON/],
    ['text that ends too soon', '[{', /is not JSON/],
    ['no text', '', /is not JSON/],
    ['JSON of one rule', JSON.stringify(SAMPLE_RULE), /array of rules/],
    ['undefined', undefined, /array of rules/],
    ['a function', () => [], /array of rules/],
    ['a bigint', 1n, /cannot be written as JSON/],
    [
      'an object that throws',
      new Proxy([], {
        get: () => {
          throw new Error('no')
        },
      }),
      /cannot be written as JSON/,
    ],
  ])('%s is an error of the whole', (_title, input, message) => {
    expect(errorsIn(input)).toEqual([{ path: '', message: expect.stringMatching(message) }])
  })
})

describe('an error in a formula or a path is reported with its character', () => {
  test.each<[formula: string, position: number, message: RegExp]>([
    ['$.amount / sqrt(10)', 12, /only min, max, floor, ceil, round, sum, count can be called/],
    ['$.amount / amount', 12, /amount is neither a path such as \$\.amount nor a function/],
    ['$.amount ^ 2', 10, /\^/],
    ['$.amount ** 2', 10, /\*\*/],
    ['$.amount > 5', 10, />/],
    ['2 * $.lines[*].price', 13, /a name or an index/],
    ['floor($.lines[*].price)', 15, /\[\*\] goes with sum, count, min and max only/],
    [
      'max($.lines[*].price, 3)',
      13,
      /max over .* nothing else: with others, it is max\(max\(\$\.lines\[\*\]\.price\), 5\)/,
    ],
    ['1 + min(5, -(2 * $.lines[*].price))', 26, /min over a path with \[\*\] takes that path and nothing else/],
    ['max(1, floor($.lines[*].price))', 22, /\[\*\] goes with sum, count, min and max only/],
    [
      'sum($.lines[*].price * $.lines[*].quantity)',
      1,
      /one path and nothing else, as in sum\(\$\.lines\[\*\]\.total\)/,
    ],
    ['$.total * 20%', 14, /for 20 percent of a number write \* 20 \/ 100/],
    ['($.total * 2.5 % )', 18, /for 2\.5 percent of a number write \* 2\.5 \/ 100/],
    ['$.total %', 10, /a value is missing after %$/],
    ['$.total * 0,2', 12, /unexpected ,: decimals have a point, as in 0\.2/],
    ['round($.total * 0,2)', 1, /one argument, and decimals have a point/],
    ['($.total, 2)', 9, /unexpected ,$/],
    ['sum(-$.lines[*].price)', 1, /sum is over a path with \[\*\]/],
    ['1 + sum($.amount)', 5, /sum is over a path with \[\*\]/],
    ['count()', 1, /count is over a path with \[\*\]/],
    ['sum($.lines[*].price', 21, /\( is not closed/],
    ['sum', 1, /sum is neither a path such as \$\.amount nor a function/],
    ['2 * @.price', 5, /@ is a line/],
    ['2 * $..price', 7, /a name or an index/],
    ['2 * $.__proto__', 7, /not allowed/],
    ['2 * $', 6, /a name is missing/],
    ['1 +', 4, /after \+/],
    ['(1 + 2', 7, /\( is not closed/],
    ['max(1, 2', 9, /\( is not closed/],
    ['1 + 2)', 6, /unexpected \)/],
    ['max(1 2)', 7, /unexpected 2/],
    ['max(1,)', 8, /\)/],
    ['min()', 1, /needs an argument/],
    ['1 + floor(1, 2)', 5, /takes one argument/],
    ['1, 2', 2, /unexpected ,/],
    ['1; 2', 2, /unexpected ;/],
    ['$.a ? 1 : 2', 5, /unexpected \?/],
    ['1e3', 1, /not a decimal/],
    ['0x10', 1, /0x10 is not a decimal/],
    ['2 * 12abc', 5, /12abc is not a decimal/],
    ['1 + 0b1', 5, /0b1 is not a decimal/],
    ['1_000', 1, /1_000 is not a decimal/],
    ['1e', 1, /1e is not a decimal/],
    ['2 * 1e+', 5, /1e\+ is not a decimal/],
    ['1.2.3', 1, /1\.2\.3 is not a decimal/],
    ['.', 1, /not a decimal/],
    ['5.', 1, /not a decimal/],
    ['1e-2-1', 1, /1e-2 is not a decimal/],
    ['-', 2, /a value is missing after the sign/],
    ['max(,1)', 6, /a value is missing before ,/],
    ['max(1,)', 8, /a value is missing before \)/],
    ['max(1,*2)', 7, /a value is missing/],
    ['2 * event.amount', 5, /event is neither a path such as \$\.amount nor a function/],
    ['amount[0]', 1, /amount is neither a path/],
    ['max(1).x', 7, /unexpected \./],
    ['max(1)(2)', 7, /unexpected \(/],
    ['[1]', 1, /unexpected \[/],
    ['1 + "text', 5, /a text is not a decimal/],
    ['true', 1, /true is not a decimal/],
    ['.5', 1, /not a decimal/],
    ['10%', 4, /after %/],
    ["'1'", 1, /not a decimal/],
    ['+1', 1, /sign \+/],
    ['   ', 4, /a value is missing/],
  ])('%j: character %d', (formula, position, message) => {
    const [error, ...others] = errorsIn([giving(formula)])
    expect(others).toEqual([])
    expect(error).toMatchObject({ path: '/0/action/formula', position })
    expect(error?.message).toMatch(new RegExp(`^character ${position}: .*${message.source}`))
  })

  test.each<[variable: string, position: number]>([
    ['amount', 1],
    ['$', 2],
    ['$.', 3],
    ['$amount', 2],
    ['$.amount ', 9],
    [' $.amount', 1],
    ['$.lines[-1]', 9],
    ['$.lines[01]', 9],
    ['$.lines[0', 9],
    ['$[\'a"]', 3],
    ['$.a-b', 4],
    ['$.1a', 3],
    ['$.lines[*].price', 9],
    ['sum($.lines.price)', 5],
    ['sum($.lines[*].price', 21],
    ['sum($.lines[*].price) ', 21],
    ['sum( $.lines[*].price)', 5],
    ['avg($.lines[*].price)', 1],
  ])('%j: character %d', (variable, position) => {
    expect(errorsIn([{ ...SAMPLE_RULE, variable }])).toMatchObject([{ path: '/0/variable', position }])
  })
})

test('no message is in the words of the library that parses', () => {
  const source = readFileSync(createRequire(import.meta.url).resolve('jsep'), 'utf8')
  const theirs = [...source.matchAll(/throwError\(\s*(['"])([^'"]+)/g)].map(([, , words = '']) => words.trim())
  expect(theirs.length).toBeGreaterThan(10)
  const pieces = [
    ...'()[]{}.,+-*/%$?:;!~^&|=<>\'"`#@\\ \n01',
    '0x',
    '1e',
    'max',
    'floor',
    'a',
    'this',
    'true',
    '$.a',
    '$.a[0]',
    'typeof ',
    '?.',
    '\u00e9',
  ]
  const formulas = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((chosen) => chosen.join(''))
  fc.assert(
    fc.property(formulas, (formula) => {
      const parsed = parseFormula(formula)
      if (parsed.ok) return
      expect(theirs.filter((words) => parsed.message.includes(words))).toEqual([])
      expect(parsed.at).toBeLessThanOrEqual(formula.length)
    }),
    { numRuns: 20_000 },
  )
})

describe('the limits hold, to the last one', () => {
  const place = (path: string) => (error: { path: string }) => error.path === path

  test.each<[title: string, within: unknown, beyond: unknown, path: string]>([
    ['rules', Array(LIMITS.rules).fill(giving('1')), Array(LIMITS.rules + 1).fill(giving('1')), ''],
    ['levels', [giving('1', nested(8))], [giving('1', nested(9))], `/0/condition${'/not'.repeat(8)}`],
    [
      'conditions, counting all, any and not',
      [giving('1', { all: Array(LIMITS.conditions - 1).fill(ALWAYS) })],
      [giving('1', { all: Array(LIMITS.conditions).fill(ALWAYS) })],
      `/0/condition/all/${LIMITS.conditions - 1}`,
    ],
    ['formula characters', [giving('1'.padEnd(1000))], [giving('1'.padEnd(1001))], '/0/action/formula'],
    [
      'formula levels',
      [giving(`${'('.repeat(31)}1${')'.repeat(31)}`)],
      [giving(`${'-'.repeat(32)}1`)],
      '/0/action/formula',
    ],
    ['digits', [giving('9'.repeat(60))], [giving('9'.repeat(61))], '/0/action/formula'],
    ['path characters', [reading(`$.${'a'.repeat(198)}`)], [reading(`$.${'a'.repeat(199)}`)], '/0/variable'],
    [
      'conditions, of lines and of the rule together',
      [
        {
          ...giving('1', { all: Array(24).fill(ALWAYS) }),
          lines: { all: Array(24).fill({ ...ALWAYS, variable: '@.a' }) },
        },
      ],
      [
        {
          ...giving('1', { all: Array(25).fill(ALWAYS) }),
          lines: { all: Array(24).fill({ ...ALWAYS, variable: '@.a' }) },
        },
      ],
      '/0/condition/all/24',
    ],
    [
      'path segments of a sum',
      [giving(`sum($${'[*]'.repeat(16)})`)],
      [giving(`sum($${'[*]'.repeat(17)})`)],
      '/0/action/formula',
    ],
    ['path segments', [reading(`$${'.a'.repeat(16)}`)], [reading(`$${'.a'.repeat(17)}`)], '/0/variable'],
    ['text characters', [equalTo('x'.repeat(200))], [equalTo('x'.repeat(201))], '/0/condition/value'],
    ['text characters beyond U+FFFF', [equalTo('🦄'.repeat(200))], [equalTo('🦄'.repeat(201))], '/0/condition/value'],
    [
      'path characters beyond U+FFFF',
      [reading(`$.${'𝒳'.repeat(198)}`)],
      [reading(`$.${'𝒳'.repeat(199)}`)],
      '/0/variable',
    ],
    ['all characters', `[${' '.repeat(LIMITS.rulesLength - 2)}]`, `[${' '.repeat(LIMITS.rulesLength - 1)}]`, ''],
  ])('%s', (_title, within, beyond, path) => {
    expect(errorsIn(within)).toEqual([])
    expect(errorsIn(beyond).filter(place(path))).toHaveLength(1)
  })

  test('errors', () => {
    expect(errorsIn(Array(100).fill({}))).toHaveLength(LIMITS.errors)
  })
})

function reading(variable: string) {
  return { ...SAMPLE_RULE, variable }
}

function equalTo(value: string) {
  return giving('1', { variable: '$.username', rule: 'string_equals', value })
}
