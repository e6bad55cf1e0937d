import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type CampaignEvaluation, type CampaignEvent, evaluateCampaign } from '#domain/campaigns/campaign.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import { AwardWork } from '#domain/campaigns/evaluation.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { inOneGo } from '#test/support/campaign-examples.ts'

/** Generated rules and events, and what version 1 made of them when it was all there was: never to be recorded again. */
const recorded = readFileSync(new URL('./version-1.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line): { rules: Rule[]; event: CampaignEvent; evaluation: CampaignEvaluation } => JSON.parse(line))

describe('rules of version 1', () => {
  test('are accepted, unchanged, and give what they gave, for the same reasons, on events of any members', () => {
    for (const { rules, event, evaluation } of recorded) {
      expect(checkRules(rules)).toEqual({ ok: true, rules })
      expect(inOneGo(evaluateCampaign({ id: '7', rules }, jsonCopy(event), new AwardWork()))).toEqual(evaluation)
    }
  })

  test('are of every kind, and so is what they gave', () => {
    const outcomes = recorded.flatMap(({ evaluation }) => evaluation.rules)
    const kinds = Object.groupBy(outcomes, (one) => ('reason' in one ? one.reason.code : one.outcome))
    for (const kind of ['gave', 'did_not_match', 'missing', 'wrong_type', 'division_by_zero', 'too_large'] as const)
      expect(kinds[kind]?.length, kind).toBeGreaterThan(20)
    const text = JSON.stringify(recorded.map(({ rules }) => rules))
    for (const word of [
      'all',
      'any',
      'not',
      'string_equals',
      'numeric_equals',
      'numeric_less_than_equals',
      '$.matched.total',
    ])
      expect(text).toContain(`"${word}"`)
  })
})
