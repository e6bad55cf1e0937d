import { readFileSync } from 'node:fs'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { openDatabase } from '#db/client.ts'
import { createWorker } from '#worker/create-worker.ts'

/** A worker of another release, whose workflows are given as a bundle (docs/changing-sagas.md). */
const [databaseUrl = '', address = '', bundlePath = ''] = process.argv.slice(2)

Runtime.install({ logger: new DefaultLogger('ERROR') })
const worker = await createWorker({
  connection: await NativeConnection.connect({ address }),
  namespace: 'default',
  sql: openDatabase({ databaseUrl, applicationName: 'release-worker' }),
  pointsTtlDays: 365,
  workflowBundle: { code: readFileSync(bundlePath, 'utf8') },
})
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
const running = worker.run()
process.send?.('ready')
await running
