import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAvailable } from '#db/points.ts'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { type Attempt, failing, onlyRegular } from '#test/support/faults.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

const product = 'unicorn'
const soldOut = 'sold-out'
const steps = ['reserveStock', 'redeemPoints', 'chargeWallet', 'confirmPurchase'] as const
const world = await shared(openSagaWorld())
await world.shop.addProduct({ id: product, priceMinor: 600, stock: 1000 })
await world.shop.addProduct({ id: soldOut, priceMinor: 600, stock: 0 })

/** What befalls one purchase: trouble around a step, and somebody who cancels around a step, or too little of something. */
const fate = fc.record({
  trouble: fc.record({
    step: fc.constantFrom(...steps),
    moment: fc.constantFrom('before', 'after'),
    times: fc.integer({ min: 0, max: 3 }),
  }),
  cancel: fc.option(fc.record({ step: fc.constantFrom(...steps), moment: fc.constantFrom('before', 'after') })),
  lack: fc.constantFrom('nothing', 'stock', 'points', 'money'),
  closed: fc.constantFrom(...steps, undefined),
})

test('whatever befalls a purchase, it ends whole, or undone last in first out', async () => {
  await fc.assert(
    fc.asyncProperty(fate, async ({ trouble, cancel, lack, closed }) => {
      const { purchaseId, buyer } = await order(lack)
      arrange(purchaseId, trouble, cancel, closed)
      const { status } = await (await world.start(purchaseId)).result()
      const timeline = await world.shop.timeline(purchaseId)
      const applied = stepsThatAre('applied', timeline)
      const undone = stepsThatAre('undone', timeline)

      expect(timeline.at(-1)).toBe(`purchase ${status}`)
      expect(applied).toEqual(steps.slice(0, applied.length))
      if (status === 'completed') {
        expect(applied).toEqual(steps)
        expect(undone).toEqual([])
        return
      }
      expect(undone).toEqual(applied.toReversed())
      expect(timeline.indexOf('purchase compensating')).toBeGreaterThan(0)
      expect(await readAvailable(world.shop.sql, buyer, new Date().toISOString())).toBe(lack === 'points' ? 9 : 10)
      expect(await world.shop.balance(buyer)).toBe(lack === 'money' ? 499 : 1000)
    }),
    { numRuns: 40 },
  )
}, 300_000)

/** A buyer pays 1.00 of 6.00 with ten points. */
async function order(lack: string): Promise<{ purchaseId: string; buyer: string }> {
  const buyer = crypto.randomUUID()
  await world.shop.addWallet({ username: buyer, balanceMinor: lack === 'money' ? 499 : 1000 })
  const amount = lack === 'points' ? 9 : 10
  await world.shop.ledger.execute({ accountId: buyer, ...commandOf({ type: 'issue', amount, ttlDays: 365 }) })
  const lines = [{ productId: lack === 'stock' ? soldOut : product, quantity: 1 }]
  return { purchaseId: await world.shop.order({ username: buyer, lines, redeemPoints: 10 }), buyer }
}

type Around = { step: string; moment: 'before' | 'after' }

function arrange(
  purchaseId: string,
  trouble: Around & { times: number },
  cancel: Around | null,
  closed?: string,
): void {
  for (const step of steps) {
    const around = (moment: 'before' | 'after') => async (attempt: Attempt) => {
      if (moment === 'before' && step === closed) onlyRegular(attempt)
      if (cancel?.step === step && cancel.moment === moment) {
        await world.client.workflow
          .getHandle(purchaseWorkflowId(purchaseId))
          .cancel()
          .catch(() => {})
      }
      if (trouble.step === step && trouble.moment === moment) failing(trouble.times)(attempt)
    }
    world.faults.on(purchaseId, step, { before: around('before'), after: around('after') })
  }
}

function stepsThatAre(state: string, timeline: string[]): string[] {
  return timeline
    .filter((line) => line.endsWith(` ${state}`) && !line.startsWith('award'))
    .map((line) => line.split(' ')[0] ?? '')
}
