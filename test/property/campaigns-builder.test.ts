import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRules } from '#domain/campaigns/rules.ts'
import { handWritten, purchases, ruleRows } from '#test/support/builder-arbitrary.ts'
import { evaluated } from '#test/support/campaign-examples.ts'
import { anything, nearlyRules, RUNS } from '#test/support/campaigns-arbitrary.ts'
import { formatRow } from '#web/campaigns/builder/row-text.ts'
import { forProducts, readRule, writeRule } from '#web/campaigns/builder/rule-row.ts'
import {
  addRule,
  copyRule,
  insertRule,
  removeRule,
  replaceRule,
  rulesIn,
  unreadableIn,
} from '#web/campaigns/builder/rules-text.ts'
import { TEMPLATES } from '#web/campaigns/builder/templates.ts'
import { formatRules } from '#web/campaigns/rules-editor/rules-json.ts'

const finished = ruleRows({ areFinished: true })
const typed = ruleRows({ areFinished: false })

describe('the way from rows to rules and back', () => {
  test('gives the same rows, also while they are being typed', () => {
    fc.assert(
      fc.property(typed, (row) => {
        const [written] = rulesIn(addRule('[]', writeRule(row))) ?? []
        expect(readRule(written?.json)).toEqual(row)
      }),
      RUNS,
    )
  })

  test('gives the same rule, whoever wrote it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          handWritten,
          typed.map((row) => writeRule(row)),
        ),
        (rule) => {
          const row = readRule(rule)
          if (row) expect(writeRule(row, { rule, row })).toEqual(rule)
        },
      ),
      RUNS,
    )
  })

  test('changes of a rule only what was changed', () => {
    fc.assert(
      fc.property(handWritten, finished, (rule, other) => {
        const row = readRule(rule)
        if (!row) return
        const { condition, variable, action } = rule as Record<string, unknown>
        expect(writeRule({ ...row, give: { by: 'fixed', points: 4.5 } }, { rule, row })).toMatchObject({
          condition,
          variable,
        })
        expect(writeRule({ ...row, when: other.when }, { rule, row })).toMatchObject({ action })
      }),
      RUNS,
    )
  })

  test('shows hand-written rules', () => {
    const shown = fc.sample(handWritten, { numRuns: 500, seed: 18 }).filter((rule) => readRule(rule) !== undefined)
    expect(shown.length).toBeGreaterThan(50)
  })

  test('answers for any value at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.record({ action: anything, lines: anything, condition: anything })),
        (value) => {
          const row = readRule(value)
          if (row) expect(formatRow(row, String).award).not.toBe('')
        },
      ),
      RUNS,
    )
  })
})

describe('the text of rules', () => {
  const space = fc.constantFrom('', ' ', '\n', '\n    ', '\t')
  const sources = fc
    .array(
      fc.oneof(
        nearlyRules.map(([rule]) => rule ?? {}),
        handWritten,
        fc.json().map((json) => JSON.parse(json)),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .chain((rules) =>
      fc.tuple(...rules.map((rule) => fc.constantFrom(0, 1, 4).map((indent) => JSON.stringify(rule, null, indent)))),
    )
  const texts = fc
    .tuple(sources, space, space)
    .map(([rules, before, after]) => ({ rules, text: `[${rules.map((rule) => before + rule + after).join(',')}]` }))

  test('keeps every byte of the rules that are not changed', () => {
    fc.assert(
      fc.property(texts, typed, fc.nat(), ({ rules, text }, row, at) => {
        const index = at % rules.length
        const others = (without: string[]) => without.toSpliced(index, 1)
        const sourcesIn = (changed: string) => rulesIn(changed)?.map(({ source }) => source) ?? []
        expect(sourcesIn(text)).toEqual(rules)
        expect(others(sourcesIn(replaceRule(text, index, writeRule(row))))).toEqual(others(rules))
        expect(sourcesIn(addRule(text, writeRule(row))).slice(0, -1)).toEqual(rules)
        expect(sourcesIn(removeRule(text, index))).toEqual(others(rules))
        expect(sourcesIn(insertRule(removeRule(text, index), index, rules[index] ?? ''))).toEqual(rules)
        expect(sourcesIn(copyRule(text, index))).toEqual(rules.toSpliced(index, 0, rules[index] ?? ''))
      }),
      RUNS,
    )
  })

  test('is as the JSON editor formats it', () => {
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 4 }), (rows) => {
        const rules = rows.map((row) => writeRule(row))
        expect(rules.reduce(addRule, '[]')).toBe(formatRules(rules))
      }),
      RUNS,
    )
  })

  test('has its unfinished places, and a finished rule has none', () => {
    fc.assert(
      fc.property(finished, (row) => {
        expect(unreadableIn(addRule('[]', writeRule(row)))).toEqual([])
      }),
      RUNS,
    )
    fc.assert(
      fc.property(typed, (row) => {
        const isFinished = !/\{"typed":|"(values|days)":\[\]/.test(JSON.stringify(row))
        expect(unreadableIn(addRule('[]', writeRule(row))).length === 0).toBe(isFinished)
      }),
      RUNS,
    )
  })

  test.each(['', '{}', '3', '[', '[1,]', '[1 2]'])('is no rules: %j', (text) => expect(rulesIn(text)).toBeUndefined())
})

test('a rule that is for all products counts the whole purchase', () => {
  fc.assert(
    fc.property(finished, (row) => {
      const ofAll = forProducts(row, { by: 'all' })
      expect(JSON.stringify(ofAll)).not.toContain('matched')
      expect(readRule(writeRule(ofAll))).toEqual(ofAll)
      const some = forProducts(ofAll, { by: 'products', except: false, values: ['1'] })
      expect(readRule(writeRule(some))).toEqual(some)
    }),
    RUNS,
  )
})

test.each(TEMPLATES)('a template has rules of the builder: $name', ({ rows }) => {
  for (const row of rows) expect(readRule(writeRule(row))).toEqual(row)
})

describe('a rule that the builder has written', () => {
  test('is one that the API accepts', () => {
    fc.assert(
      fc.property(finished, (row) => {
        expect(checkRules([writeRule(row)])).toMatchObject({ ok: true })
      }),
      RUNS,
    )
  })

  test('is none while it is not filled in', () => {
    fc.assert(
      fc.property(typed, (row) => {
        const rules = addRule('[]', writeRule(row))
        if (unreadableIn(rules).length > 0) expect(checkRules(rules)).toMatchObject({ ok: false })
      }),
      RUNS,
    )
  })

  test('gives what the rule gives from which it was read', () => {
    let gave = 0
    fc.assert(
      fc.property(handWritten, purchases, (rule, event) => {
        const row = readRule(rule)
        const checked = checkRules([rule])
        const rewritten = row && checkRules([writeRule(row)])
        if (!checked.ok || !rewritten?.ok) return
        const [before, after] = [checked, rewritten].map(({ rules }) => evaluated({ rules }, event))
        expect(after).toEqual(before)
        gave += before?.rules[0]?.outcome === 'gave' ? 1 : 0
      }),
      // About one in twenty is shown by the builder, and gives something.
      { numRuns: 5_000 },
    )
    expect(gave).toBeGreaterThan(100)
  })
})
