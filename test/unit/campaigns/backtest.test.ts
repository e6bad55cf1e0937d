import { expect, test } from 'vitest'
import { Backtest } from '#domain/campaigns/backtest.ts'
import { CampaignHistory, type CampaignVersion } from '#domain/campaigns/campaign.ts'
import { ALWAYS, campaign, giving, inOneGo, purchase, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

const caps = (totalPoints: number | null, pointsPerCustomer: number | null = null) => ({
  caps: { totalPoints, pointsPerCustomer },
})
const microseconds = (at: string) => Date.parse(at) * 1000
const points = (evaluations: readonly { points: number }[]) => evaluations.map((evaluation) => evaluation.points)

test('caps run out over a backtest, each customer has their own, and what was given before it counts', () => {
  const backtest = new Backtest([{ campaignId: '7', accountId: 'ann', points: 100 }])
  const capped = [campaign(caps(500, 200))]
  const evaluate = (id: string, account: string) => points(inOneGo(backtest.evaluate(id, account, purchase(), capped)))
  expect(evaluate('a', 'ann')).toEqual([100])
  expect(evaluate('b', 'ben')).toEqual([170])
  expect(evaluate('c', 'cid')).toEqual([130])
  expect(evaluate('d', 'dan')).toEqual([0])
  expect(backtest.totals()).toMatchObject({ evaluated: 4, points: 400, campaigns: [{ earning: 3, limited: 3 }] })
})

test('a cap has room again for what is taken back, less what could not be', () => {
  const backtest = new Backtest()
  const capped = [campaign(caps(200))]
  inOneGo(backtest.evaluate('a', 'ann', purchase(), capped))
  backtest.takeBack({ id: 'a', accountId: 'ann', notTakenBack: 50, grants: [] })
  expect(points(inOneGo(backtest.evaluate('b', 'ann', purchase(), capped)))).toEqual([150])
  expect(backtest.totals()).toMatchObject({ points: 320, takenBack: 120, campaigns: [{ takenBack: 120 }] })
})

test('what was owed and is taken back later makes room once more, up to what is not taken back in the end', () => {
  const backtest = new Backtest()
  const capped = [campaign(caps(200))]
  inOneGo(backtest.evaluate('a', 'ann', purchase(), capped))
  for (const notTakenBack of [150, 60, 60]) {
    backtest.takeBack({ id: 'a', accountId: 'ann', notTakenBack, grants: [] })
  }
  expect(backtest.totals()).toMatchObject({ points: 170, takenBack: 110, campaigns: [{ takenBack: 110 }] })
  expect(points(inOneGo(backtest.evaluate('b', 'ann', purchase(), capped)))).toEqual([140])
})

test('what is taken back of an award that gave nothing here makes no room in a cap, whatever it really gave', () => {
  const backtest = new Backtest()
  const capped = [
    campaign({ ...caps(100), rules: [giving('150', { variable: '$.total', rule: 'numeric_equals', value: 5 })] }),
  ]
  inOneGo(backtest.evaluate('a', 'ann', purchase(), capped))
  backtest.takeBack({ id: 'a', accountId: 'ann', notTakenBack: 0, grants: [{ campaignId: '7', points: -170 }] })
  expect(points(inOneGo(backtest.evaluate('b', 'ann', purchase({ total: 5 }), capped)))).toEqual([100])
})

test('what is taken back of an award from before the backtest counts as it really was', () => {
  const backtest = new Backtest([{ campaignId: '7', accountId: 'ann', points: 170 }])
  backtest.takeBack({
    id: 'before',
    accountId: 'ann',
    notTakenBack: 0,
    grants: [
      { campaignId: '7', points: -170 },
      { campaignId: 'another', points: -3 },
    ],
  })
  expect(points(inOneGo(backtest.evaluate('a', 'ann', purchase(), [campaign(caps(170))])))).toEqual([170])
  expect(backtest.totals()).toMatchObject({ takenBack: 0 })
})

test('totals say which rule gave what, how often it did not, and why', () => {
  const backtest = new Backtest()
  const third = giving('$.amount/3')
  const rules = [SAMPLE_RULE, third, giving('$.colour'), giving('1', { not: ALWAYS })]
  for (const id of ['a', 'b']) inOneGo(backtest.evaluate(id, 'ann', purchase({ amount: 1000 }), [campaign({ rules })]))
  inOneGo(backtest.evaluate('c', 'ann', purchase(), [campaign({ rules, status: 'inactive' })]))
  const [totals] = backtest.totals().campaigns
  expect(totals).toMatchObject({ points: 866, earning: 2, notRunning: 1, limited: 0 })
  expect(totals?.rules).toEqual([
    { rule: SAMPLE_RULE, gave: 2, didNotMatch: 0, notEvaluated: 0, sum: '200', reason: null },
    { rule: third, gave: 2, didNotMatch: 0, notEvaluated: 0, sum: '666.666666', reason: null },
    { rule: rules[2], gave: 0, didNotMatch: 0, notEvaluated: 2, sum: '0', reason: '$.colour is not in the event' },
    { rule: rules[3], gave: 0, didNotMatch: 2, notEvaluated: 0, sum: '0', reason: null },
  ])
})

test('a sum of contributions of very many decimals is given to six of them', () => {
  const backtest = new Backtest()
  const halved = giving(`1/${2 ** 40}/${2 ** 40}/${2 ** 40} + 1`)
  const [evaluation] = inOneGo(backtest.evaluate('a', 'ann', purchase(), [campaign({ rules: [halved] })]))
  expect(evaluation?.exact).toBe(`${2n ** 120n + 1n}/${2n ** 120n}`)
  expect(backtest.totals().campaigns[0]?.rules[0]?.sum).toBe('1')
})

test('the past has the terms of when it occurred, and the caps of when its points were booked', () => {
  const { id, client, name, ...terms } = campaign(caps(100))
  const version = (at: string, changes: Partial<CampaignVersion['terms']> | null): CampaignVersion => ({
    id,
    client,
    name,
    at: microseconds(at),
    terms: changes && { ...terms, ...changes },
  })
  const history = new CampaignHistory([
    version('2026-01-01', {}),
    version('2026-02-01', { status: 'inactive', ...caps(200) }),
    version('2026-03-01', null),
  ])
  const asOf = (occurred: string, booked: string) => history.asOf(microseconds(occurred), microseconds(booked))
  expect(asOf('2025-12-31', '2026-01-01')).toEqual([])
  expect(asOf('2026-01-01', '2026-01-01')).toEqual([campaign(caps(100))])
  expect(asOf('2026-01-31', '2026-02-01')).toEqual([campaign(caps(200))])
  expect(asOf('2026-01-31', '2026-04-01')).toEqual([campaign(caps(200))])
  expect(asOf('2026-02-02', '2026-02-02')).toMatchObject([{ status: 'inactive' }])
  expect(asOf('2026-03-01', '2026-03-01')).toEqual([])
  expect(history.everCapped()).toEqual([id])
})

test('campaigns of the past come by the priority that they had then, and then by their age', () => {
  const { client, name, ...terms } = campaign()
  const version = (id: string, at: string, priority: number): CampaignVersion => ({
    ...{ id, client, name, at: microseconds(at), terms: { ...terms, priority } },
  })
  const history = new CampaignHistory([
    version('a', '2026-01-01', 0),
    version('a', '2026-02-01', -5),
    version('b', '2026-01-01', -1),
    version('c', '2026-01-01', 0),
    version('d', '2026-01-01', 7),
  ])
  const order = (at: string) => history.asOf(microseconds(at), microseconds(at)).map(({ id }) => id)
  expect(order('2026-01-31')).toEqual(['d', 'a', 'c', 'b'])
  expect(order('2026-02-01')).toEqual(['d', 'c', 'b', 'a'])
})
