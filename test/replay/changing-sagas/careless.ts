import { condition, proxyActivities, setHandler } from '@temporalio/workflow'
import { paid, type Steps } from './before.ts'

const { pack, weigh, send } = proxyActivities<Steps>({ startToCloseTimeout: '10 seconds' })

/** One more step, as if there were no shipments under way. */
export async function shipment(): Promise<void> {
  let isPaid = false
  setHandler(paid, () => {
    isPaid = true
  })
  await weigh()
  await pack()
  await condition(() => isPaid)
  await send()
}
