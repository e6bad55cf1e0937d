import { expect, test } from 'vitest'
import { createPointsLedger } from '#ledger/ledger.ts'
import { commandOf, openLedger } from '#test/support/points-ledger.ts'

test('two processes that are asked the same in opposite order answer both alike, without a deadlock', async () => {
  const world = await openLedger({ connections: 20 })
  const other = createPointsLedger(world.sql)
  try {
    for (let round = 0; round < 15; round++) {
      const accountId = `crossed-${round}`
      const requests = Array.from({ length: 60 }, (_, index) => ({
        accountId,
        ...commandOf({ type: 'redeem', amount: 1 }, `key-${round}-${index}`),
      }))
      const [here, there] = await Promise.all([
        Promise.all(requests.map((request) => world.ledger.execute(request))),
        Promise.all(requests.toReversed().map((request) => other.execute(request))),
      ])
      for (const answer of [...here, ...there]) {
        expect(answer).toMatchObject({ ok: false, refusal: { code: 'insufficient_points' } })
      }
    }
  } finally {
    await world.close()
  }
})
