import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CampaignEvent } from '#domain/campaigns/campaign.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import { Evaluation } from '#domain/campaigns/evaluation.ts'
import { parseFormula } from '#domain/campaigns/formula.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { CompiledRule, evaluateRule } from '#domain/campaigns/rules.ts'
import { evaluated, giving } from '#test/support/campaign-examples.ts'
import { arithmetic, events, RUNS, texts } from '#test/support/campaigns-arbitrary.ts'

describe('the evaluator', () => {
  function evaluate(rule: Rule, event: CampaignEvent) {
    const seen = jsonCopy(event) ?? null
    const evaluation = new Evaluation(seen)
    const result = evaluateRule(new CompiledRule(rule), evaluation)
    expect(evaluation.steps).toBeLessThanOrEqual(LIMITS.steps)
    if (result.outcome === 'gave') expect(result.amount.s * result.amount.n).toBeGreaterThanOrEqual(0n)
    return result
  }

  test('answers for any text as a formula, within its counted steps', () => {
    fc.assert(
      fc.property(texts, events, (text, event) => {
        const result = evaluate(giving(text), event)
        const isInvalid = result.outcome === 'not_evaluated' && result.reason.code === 'invalid_rule'
        expect(isInvalid).toBe(!parseFormula(text).ok)
      }),
      RUNS,
    )
  })

  test('answers for any formula on any event, within its counted steps', () => {
    let gave = 0
    fc.assert(
      fc.property(arithmetic, events, (text, event) => {
        if (evaluate(giving(text), event).outcome === 'gave') gave += 1
      }),
      RUNS,
    )
    expect(gave).toBeGreaterThan(100)
  })

  test('answers for any text as a path', () => {
    fc.assert(
      fc.property(texts, events, (variable, event) => {
        evaluate(giving('1', { variable, rule: 'numeric_less_than', value: 1 }), event)
      }),
      RUNS,
    )
  })

  test('gives whole points that are safe integers, and the same for the same event', () => {
    fc.assert(
      fc.property(fc.array(arithmetic, { maxLength: 5 }), events, (formulas, event) => {
        const rules = formulas.map((formula) => giving(formula))
        const evaluation = evaluated({ rules }, event)
        expect(Number.isSafeInteger(evaluation.earned) && evaluation.earned >= 0).toBe(true)
        expect(evaluated({ rules }, JSON.parse(JSON.stringify(event)))).toEqual(evaluation)
      }),
    )
  })
})
