import { expect, test } from 'vitest'
import { createSubscriber } from '#api/purchase-watcher.ts'
import type { StoredPurchase } from '#db/purchases.ts'

/** As it stands after its event `seq`. */
function purchaseAt(seq: number): StoredPurchase {
  return { purchaseId: 'one', events: [{ seq }] } as StoredPurchase
}

const NEVER_MS = 2 ** 30

test('a slow subscriber gets the newest state, once, and not each on the way there', async () => {
  const subscriber = createSubscriber(purchaseAt(1), NEVER_MS)
  for (const seq of [2, 3, 4]) subscriber.deliver(purchaseAt(seq))
  expect(await subscriber.next()).toEqual(purchaseAt(4))
  const next = subscriber.next()
  subscriber.deliver(purchaseAt(5))
  expect(await next).toEqual(purchaseAt(5))
})

test('a subscriber does not get a state that it has already, nor an older one', async () => {
  const subscriber = createSubscriber(purchaseAt(3), NEVER_MS)
  const next = subscriber.next()
  for (const seq of [2, 3, 4]) subscriber.deliver(purchaseAt(seq))
  expect(await next).toEqual(purchaseAt(4))
  expect(subscriber.deliveredSeq()).toBe(4)
})

test('a subscriber whose subscription ends waits no longer', async () => {
  const subscriber = createSubscriber(purchaseAt(1), NEVER_MS)
  const next = subscriber.next()
  subscriber.end()
  expect([await next, await subscriber.next()]).toEqual([undefined, undefined])
})

test('a subscriber to whose purchase nothing happens gets a heartbeat', async () => {
  const subscriber = createSubscriber(purchaseAt(1), 1)
  expect([await subscriber.next(), await subscriber.next()]).toEqual([undefined, undefined])
})
