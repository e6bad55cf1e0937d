import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiWorld, openApiWorld } from '#test/support/api-world.ts'
import { giving, SAMPLE_RULE } from '#test/support/campaign-examples.ts'

let world: ApiWorld

beforeAll(async () => {
  world = await openApiWorld()
  await world.api.post('/campaigns', { campaign_name: 'off', status: 'inactive', rules: [giving('5')] })
})
afterAll(async () => {
  await world.close()
})

const simulate = (body: object) => world.api.post('/campaigns/simulate', body)

test('rules of the request are judged one by one, with the reason of those that cannot be', async () => {
  const rules = [SAMPLE_RULE, giving('$.colour'), { ...SAMPLE_RULE, variable: '$.quantity' }]
  const { status, body } = await simulate({ event: { amount: 1234.5, quantity: 1 }, rules })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    points: 123,
    campaigns: [
      {
        campaign_name: null,
        exact: '123.45',
        rules: [
          { rule: 0, outcome: 'gave', exact: '123.45' },
          { rule: 1, outcome: 'not_evaluated', reason: { code: 'missing' } },
          { rule: 2, outcome: 'did_not_match' },
        ],
      },
    ],
  })
})

test('stored campaigns are judged as they stand; one that does not run says what it would give, and counts nothing', async () => {
  const { body } = await simulate({ event: { amount: 1700, quantity: 1 } })
  expect(body.points).toBe(170)
  expect(body.campaigns).toMatchObject([
    { campaign_name: '1', runs: true, points: 170 },
    { campaign_name: 'off', runs: false, points: 5 },
  ])
  const one = await simulate({ event: { amount: 1700, quantity: 1 }, campaign_name: 'off' })
  expect(one.body).toMatchObject({ points: 0, campaigns: [{ campaign_name: 'off' }] })
})

test('mistakes are told with their place, and nothing is written', async () => {
  expect((await simulate({ event: {}, rules: [{}] })).body.errors[0].path).toBe('rules/0/condition')
  expect((await simulate({ event: {}, campaign_name: 'none' })).body.code).toBe('unknown_campaign')
  expect((await simulate({ event: {}, rules: [], campaign_name: '1' })).status).toBe(400)
  expect(await world.shop.sql`select from campaign_customers`).toHaveLength(0)
  expect(await world.shop.sql`select from campaign_history`).toHaveLength(2)
})
