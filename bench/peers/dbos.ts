import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { runCommand } from '../../config/command.ts'
import { notifyReady, stopRequested } from '../../config/shutdown.ts'
import { purchaseSteps } from './steps.ts'

/** Serves `POST / {purchaseId}` on loopback: carries the purchase out as a DBOS workflow of five steps, then answers. */
runCommand(async () => {
  const stop = stopRequested()
  const [port, systemDatabaseUrl = ''] = process.argv.slice(2)
  const steps = purchaseSteps()
  const purchase = DBOS.registerWorkflow(
    async (purchaseId: string) => {
      for (const { name, run } of steps) await DBOS.runStep(async () => void (await run(purchaseId)), { name })
    },
    { name: 'purchase' },
  )
  DBOS.setConfig({
    name: 'bench',
    applicationVersion: '1',
    systemDatabaseUrl,
    systemDatabasePoolSize: 20,
    logLevel: 'warn',
  })
  await DBOS.launch()

  const server = createServer(async (request, response) => {
    try {
      const { purchaseId } = JSON.parse(await text(request)) as { purchaseId: string }
      await purchase(purchaseId)
      response.writeHead(200).end('{}')
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  server.listen(Number(port), '127.0.0.1', notifyReady)
  await stop
  process.exit(0)
})
