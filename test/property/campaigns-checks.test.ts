import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkRules } from '#domain/campaigns/rules.ts'
import { evaluated, giving } from '#test/support/campaign-examples.ts'
import { anything, events, nearlyRules, RUNS, texts } from '#test/support/campaigns-arbitrary.ts'

describe('checking rules', () => {
  test('answers for any value at all, with a place for each error', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.array(anything), fc.json(), texts), (input) => {
        const checked = checkRules(input)
        if (checked.ok) return
        expect(checked.errors.length).toBeGreaterThan(0)
        for (const { path, message } of checked.errors) {
          expect(path).toMatch(/^(\/|$)/)
          expect(message).not.toBe('')
        }
      }),
      RUNS,
    )
  })

  test('accepts only what evaluates on any event: without a throw, within the steps, never as invalid', () => {
    let accepted = 0
    fc.assert(
      fc.property(nearlyRules, events, (input, event) => {
        const checked = checkRules(input)
        if (!checked.ok) return
        accepted += checked.rules.length
        for (const outcome of evaluated(checked, event).rules) {
          if (outcome.outcome === 'not_evaluated') expect(outcome.reason.code).not.toMatch(/invalid|steps/)
        }
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  test('accepts again, unchanged, what it accepted', () => {
    fc.assert(
      fc.property(nearlyRules, (input) => {
        const checked = checkRules(input)
        if (checked.ok) expect(checkRules(JSON.stringify(checked.rules))).toEqual(checked)
      }),
      RUNS,
    )
  })

  test('puts the position of an error in a formula within it, or right behind it', () => {
    fc.assert(
      fc.property(texts, (formula) => {
        const checked = checkRules([giving(formula)])
        if (checked.ok) return
        const position = checked.errors[0]?.position ?? 0
        expect(position).toBeGreaterThanOrEqual(1)
        expect(position).toBeLessThanOrEqual(formula.length + 1)
      }),
      RUNS,
    )
  })
})
