import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { evaluateCampaigns, evaluateWithinCaps } from '#domain/campaigns/award.ts'
import { type Campaign, evaluateCampaign } from '#domain/campaigns/campaign.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import { AwardWork, runSliced } from '#domain/campaigns/evaluation.ts'
import { jsonCopy } from '#domain/campaigns/json-path.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { CompiledRulesCache, checkRules } from '#domain/campaigns/rules.ts'
import { campaign, giving, inOneGo, purchase, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

const NO_CAPS = () => ({ totalPoints: null, pointsPerCustomer: null })

/** Fifty campaigns of as many of the largest rules as can be saved, each another array, as if read anew. */
function fifty(formula: string): Campaign[] {
  const rules: Rule[] = Array(30).fill(giving(formula))
  expect(checkRules(rules).ok).toBe(true)
  return Array.from({ length: 50 }, (_, index) => campaign({ id: `${index}`, rules: [...rules] }))
}

const worst: [title: string, formula: string][] = [
  ['sums of short numbers', Array(470).fill('1').join('+')],
  ['paths', Array(235).fill('$.a').join('+')],
  ['numbers of sixty digits', `${'7'.repeat(58)}1/${'3'.repeat(58)}1${'%1*3'.repeat(200)}`],
]
const event = purchase({ a: 0.123 })

describe('the campaigns of one event have a number of steps together', () => {
  test.each(worst)('of %s: what is beyond them is not evaluated, and says so', (_title, formula) => {
    const { points, campaigns } = inOneGo(evaluateCampaigns(fifty(formula), event))
    const rules = campaigns.flatMap((one) => one.rules)
    const first = rules.findIndex(({ outcome }) => outcome === 'not_evaluated')
    expect(rules).toHaveLength(1500)
    expect(first).toBeGreaterThan(0)
    expect(rules.slice(0, first).every(({ outcome }) => outcome === 'gave')).toBe(true)
    for (const rule of rules.slice(first)) expect(rule).toMatchObject({ reason: { code: 'too_many_steps' } })
    // Each of these rules has some hundred steps at least, so no more of them can have been reached.
    expect(first).toBeLessThan(LIMITS.stepsPerAward / 100)
    expect(points).toBe(campaigns.reduce((sum, { earned }) => sum + earned, 0))
  })

  test.each(worst)('of %s: with the same result each time, which is JSON', (_title, formula) => {
    const result = inOneGo(evaluateCampaigns(fifty(formula), event))
    expect(inOneGo(evaluateCampaigns(fifty(formula), event))).toEqual(result)
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  test('and a rule takes no more of them than it has steps', () => {
    const award = new AwardWork()
    const rules = [giving('1+2'), giving('$.lines[0].price')]
    inOneGo(evaluateCampaign({ id: '7', rules }, jsonCopy(purchase()) ?? null, award))
    const [conditions, formulas, sums] = [2 + 2, 3 + 4, 2]
    expect(LIMITS.stepsPerAward - award.left).toBe(conditions + formulas + sums)
  })

  test('which is enough for fifty campaigns of a hundred rules such as the sample', () => {
    const campaigns = Array.from({ length: 50 }, (_, index) =>
      campaign({ id: `${index}`, rules: Array(100).fill(SAMPLE_RULE) }),
    )
    expect(inOneGo(evaluateCampaigns(campaigns, purchase())).points).toBe(50 * 100 * 170)
  })

  test('a campaign that is evaluated earlier is evaluated as if it were alone', () => {
    const small = campaign({ id: 'small' })
    const [alone] = inOneGo(evaluateCampaigns([small], event)).campaigns
    const { campaigns } = inOneGo(evaluateCampaigns([small, ...fifty(worst[0]?.[1] ?? '')], event))
    expect(campaigns[0]).toEqual(alone)
  })

  test('and those that do not run take none of them', () => {
    const inactive = fifty(worst[0]?.[1] ?? '').map((one): Campaign => ({ ...one, status: 'inactive' }))
    const evaluations = inOneGo(evaluateWithinCaps([...inactive, campaign({ id: 'small' })], event, NO_CAPS))
    expect(evaluations.at(-2)?.rules[0]).toMatchObject({ reason: { code: 'too_many_steps' } })
    expect(evaluations.at(-1)).toMatchObject({ notRunning: null, points: 170 })
  })
})

describe('evaluating campaigns', () => {
  test.each(worst)('of %s pauses, and between two pauses are few rules', async (_title, formula) => {
    const campaigns = fifty(formula)
    const work = new AwardWork()
    let before = work.left
    for (const one of campaigns) {
      const evaluation = evaluateCampaign(one, jsonCopy(event), work)
      while (!evaluation.next().done) {
        expect(before - work.left).toBeLessThanOrEqual(LIMITS.stepsPerSlice + LIMITS.steps)
        before = work.left
      }
    }
    expect(work.left).toBe(0)
  })

  test('lets whatever else waits have its turn in every pause', async () => {
    const turns: string[] = []
    let isDone = false
    const others = (async () => {
      for (; !isDone; await nextTurn()) turns.push('other')
    })()
    const pause = vi.fn(async () => {
      turns.push('pause')
      await nextTurn()
    })
    await runSliced(evaluateCampaigns(fifty(worst[1]?.[1] ?? ''), event), pause)
    isDone = true
    await others
    expect(pause.mock.calls.length).toBeGreaterThan(50)
    expect(turns.join(' ')).not.toContain('pause pause')
  })

  test('gives the same with pauses as in one go', async () => {
    const campaigns = fifty(worst[2]?.[1] ?? '')
    const result = await runSliced(evaluateCampaigns(campaigns, event), nextTurn)
    expect(inOneGo(evaluateCampaigns(campaigns, event))).toEqual(result)
  })

  test('of a few rules that are compiled takes no pause', async () => {
    const campaigns = [campaign({ rules: [SAMPLE_RULE, giving('1'), giving('2')] })]
    const pause = vi.fn(nextTurn)
    await runSliced(evaluateCampaigns(campaigns, event), pause)
    // Each rule that has to be read ends a slice.
    expect(pause).toHaveBeenCalledTimes(3)
    await runSliced(evaluateCampaigns(campaigns, event), pause)
    expect(pause).toHaveBeenCalledTimes(3)
  })

  test('ends where a pause throws', async () => {
    const away = async () => {
      throw new Error('the client is gone')
    }
    await expect(runSliced(evaluateCampaigns([campaign()], event), away)).rejects.toThrow('the client is gone')
  })
})

describe('compiled rules', () => {
  const rules = () => [giving('1'), SAMPLE_RULE]

  test('are kept by version, whatever array of them is read', () => {
    const cache = new CompiledRulesCache()
    const compiled = cache.rulesOf(rules(), 'a 1')
    expect(cache.rulesOf(rules(), 'a 1')).toBe(compiled)
    expect(cache.rulesOf(rules(), 'a 2')).not.toBe(compiled)
  })

  test('of no stored version are those of the array, and nobody else gets them', () => {
    const cache = new CompiledRulesCache()
    const drafted = rules()
    const compiled = cache.rulesOf(drafted)
    expect(cache.rulesOf(drafted)).toBe(compiled)
    expect(cache.rulesOf(rules())).not.toBe(compiled)
    expect(cache.rulesOf(rules(), 'a 1')).not.toBe(compiled)
  })

  test('make room for others when they are too many: first what was used longest ago', () => {
    const cache = new CompiledRulesCache(2 * JSON.stringify(rules()).length)
    const [a, b] = [cache.rulesOf(rules(), 'a 1'), cache.rulesOf(rules(), 'b 1')]
    expect(cache.rulesOf(rules(), 'a 1')).toBe(a)
    cache.rulesOf(rules(), 'c 1')
    expect(cache.rulesOf(rules(), 'a 1')).toBe(a)
    expect(cache.rulesOf(rules(), 'b 1')).not.toBe(b)
  })

  test('that are longer than all that may be kept are kept alone', () => {
    const cache = new CompiledRulesCache(1)
    const a = cache.rulesOf(rules(), 'a 1')
    expect(cache.rulesOf(rules(), 'a 1')).toBe(a)
    cache.rulesOf(rules(), 'b 1')
    expect(cache.rulesOf(rules(), 'a 1')).not.toBe(a)
  })

  test('read a rule only as far as it is needed', () => {
    const [rule] = new CompiledRulesCache().rulesOf(
      [giving('1', { variable: '$.quantity', rule: 'numeric_less_than', value: 0 })],
      'a 1',
    )
    expect(rule?.partsRead).toBe(0)
    expect(rule?.condition).toMatchObject({ kind: 'number' })
    expect(rule?.partsRead).toBe(1)
    expect(rule?.formula).toMatchObject({ ok: true })
    expect(rule?.partsRead).toBe(2)
  })
})
