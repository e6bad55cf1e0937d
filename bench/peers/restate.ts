import { createServer } from 'node:http2'
import * as restate from '@restatedev/restate-sdk'
import { runCommand } from '../../config/command.ts'
import { notifyReady, stopRequested } from '../../config/shutdown.ts'
import { purchaseSteps } from './steps.ts'

/** A service for Restate to call, on loopback: `purchases/buy {purchaseId}` carries the purchase out as five steps. */
runCommand(async () => {
  const stop = stopRequested()
  const [port] = process.argv.slice(2)
  const steps = purchaseSteps()
  const purchases = restate.service({
    name: 'purchases',
    handlers: {
      buy: async (context: restate.Context, { purchaseId }: { purchaseId: string }) => {
        for (const { name, run } of steps) await context.run(name, async () => void (await run(purchaseId)))
        return {}
      },
    },
  })
  const server = createServer(restate.createEndpointHandler({ services: [purchases] }))
  server.listen(Number(port), '127.0.0.1', notifyReady)
  await stop
  process.exit(0)
})
