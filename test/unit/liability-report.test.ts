import { expect, test } from 'vitest'
import { byCampaign } from '#api/liability-schemas.ts'
import type { LotSums } from '#domain/points/liability.ts'

const open = (available: number, pending = 0): LotSums => ({
  ...{ issued: 0, spent: 0, takenBack: 0, expired: 0, owed: 0, endedLots: 0, endedPoints: 0 },
  available,
  pending,
})

test('campaigns are in the order of what is open of them, then of their ids; what no campaign gave comes after them', () => {
  const campaigns = new Map([
    [null, open(1_000)],
    ['c', open(5)],
    ['a', open(2, 3)],
    ['b', open(0, 7)],
  ])
  expect(byCampaign(campaigns).map(({ kind, id }) => [kind, id])).toEqual([
    ['campaign', 'b'],
    ['campaign', 'a'],
    ['campaign', 'c'],
    ['none', null],
  ])
})

test('of more than 500 campaigns, those with the least are one row, and nothing is lost', () => {
  const campaigns = new Map<string | null, LotSums>([[null, open(1)]])
  for (let n = 1; n <= 600; n++) campaigns.set(`campaign-${n}`, open(n, 1))
  const rows = byCampaign(campaigns)
  expect(rows).toHaveLength(502)
  expect(rows[0]).toMatchObject({ kind: 'campaign', id: 'campaign-600' })
  expect(rows.at(-1)).toMatchObject({ kind: 'others', id: null, sums: { available: 5_050, pending: 100 } })
  const total = (name: 'available' | 'pending') => rows.reduce((sum, { sums }) => sum + sums[name], 0)
  expect([total('available'), total('pending')]).toEqual([1 + (600 * 601) / 2, 600])
})
