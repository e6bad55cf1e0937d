import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow'

export type Steps = { pack: () => Promise<void>; weigh: () => Promise<void>; send: () => Promise<void> }

const { pack, send } = proxyActivities<Steps>({ startToCloseTimeout: '10 seconds' })
export const paid = defineSignal('paid')

/** A saga of this test's own, as the release before has it: packs, waits for the money, sends. */
export async function shipment(): Promise<void> {
  let isPaid = false
  setHandler(paid, () => {
    isPaid = true
  })
  await pack()
  await condition(() => isPaid)
  await send()
}
