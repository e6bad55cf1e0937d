import { expect, test } from 'vitest'
import { createViewer } from '#api/purchase-watcher.ts'
import type { StoredPurchase } from '#db/purchases.ts'

/** As it stands after its event `seq`. */
function purchaseAt(seq: number): StoredPurchase {
  return { purchaseId: 'one', events: [{ seq }] } as StoredPurchase
}

const NEVER_MS = 2 ** 30

test('a viewer who is slow gets the newest state, once, and not each on the way there', async () => {
  const viewer = createViewer(purchaseAt(1), NEVER_MS)
  for (const seq of [2, 3, 4]) viewer.tell(purchaseAt(seq))
  expect(await viewer.next()).toEqual(purchaseAt(4))
  const next = viewer.next()
  viewer.tell(purchaseAt(5))
  expect(await next).toEqual(purchaseAt(5))
})

test('a viewer is not told what is known already, nor what is older', async () => {
  const viewer = createViewer(purchaseAt(3), NEVER_MS)
  const next = viewer.next()
  for (const seq of [2, 3, 4]) viewer.tell(purchaseAt(seq))
  expect(await next).toEqual(purchaseAt(4))
  expect(viewer.seq()).toBe(4)
})

test('a viewer who leaves waits no longer', async () => {
  const viewer = createViewer(purchaseAt(1), NEVER_MS)
  const next = viewer.next()
  viewer.leave()
  expect([await next, await viewer.next()]).toEqual([undefined, undefined])
})

test('a viewer to whom nothing happens hears so at each heartbeat', async () => {
  const viewer = createViewer(purchaseAt(1), 1)
  expect([await viewer.next(), await viewer.next()]).toEqual([undefined, undefined])
})
