import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { openDatabase } from '#db/client.ts'
import { createWorker } from '#worker/create-worker.ts'

/**
 * A worker process that kills itself the hard way right after the first effect of the named activity is committed, and
 * before it is reported: the moment in which money is lost or taken twice, if it ever is. An empty name: it never does.
 */
const [databaseUrl = '', address = '', taskQueue = '', codePath = '', crashAfter = ''] = process.argv.slice(2)

Runtime.install({ logger: new DefaultLogger('ERROR') })
const connection = await NativeConnection.connect({ address })
const sql = openDatabase({ databaseUrl, applicationName: 'crashing-worker' })
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  sql,
  pointsTtlDays: 365,
  workflowBundle: { codePath },
  around: [
    async (name, _input, run) => {
      const result = await run()
      if (name === crashAfter) process.kill(process.pid, 'SIGKILL')
      return result
    },
  ],
})
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
const running = worker.run()
process.send?.('ready')
await running
