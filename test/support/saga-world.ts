import { Client, Connection, WorkflowIdReusePolicy } from '@temporalio/client'
import {
  bundleWorkflowCode,
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  Runtime,
  type WorkflowBundleOption,
} from '@temporalio/worker'
import { inject } from 'vitest'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { createWorker, WORKFLOWS_PATH } from '#worker/create-worker.ts'
import { type PurchaseInput, type PurchaseResult, TASK_QUEUE } from '#workflows/contract.ts'
import { planFaults } from './faults.ts'
import { openShop, type ShopOptions } from './shop.ts'

// Injected faults are what these tests are about: only what nobody expects is worth a line.
const shown = new DefaultLogger('ERROR')
const logged: LogEntry[] = []
Runtime.install({
  logger: new DefaultLogger('WARN', (entry) => {
    logged.push(entry)
    shown.log(entry.level, entry.message, entry.meta)
  }),
})

export type SagaWorld = Awaited<ReturnType<typeof openSagaWorld>>

/**
 * A shop of its own and a worker for it, on the Temporal server that all tests share: a task queue of its own keeps the
 * sagas of one test file away from the workers of another.
 */
export async function openSagaWorld(options: { workflowInterceptors?: string[] } & ShopOptions = {}) {
  const shop = await openShop(options)
  const faults = planFaults()
  const address = inject('temporalAddress')
  const namespace = 'default'
  const taskQueue = `${TASK_QUEUE}-${crypto.randomUUID()}`
  const connection = await Connection.connect({ address })
  const client = new Client({ connection, namespace })
  const native = await NativeConnection.connect({ address })
  const workflowBundle = await bundleOf(options.workflowInterceptors)

  async function runWorker() {
    const worker = await createWorker({
      connection: native,
      namespace,
      taskQueue,
      sql: shop.sql,
      pointsTtlDays: 365,
      workflowBundle,
      around: [faults.around],
    })
    return { worker, running: worker.run() }
  }

  let current: Awaited<ReturnType<typeof runWorker>> | undefined = await runWorker()

  async function stopWorker(): Promise<void> {
    current?.worker.shutdown()
    await current?.running
    current = undefined
  }

  return {
    shop,
    faults,
    client,
    taskQueue,
    /** What the workers of this process have logged so far, warnings and errors. */
    logged: logged as readonly LogEntry[],
    start: (purchaseId: string, how: Omit<PurchaseInput, 'purchaseId'> = {}) =>
      client.workflow.start<(input: PurchaseInput) => Promise<PurchaseResult>>('purchase', {
        workflowId: purchaseWorkflowId(purchaseId),
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        taskQueue,
        args: [{ purchaseId, ...how }],
      }),
    /** From now on nobody works, until `startWorker`. */
    stopWorker,
    async startWorker() {
      current ??= await runWorker()
    },
    async close() {
      await stopWorker()
      await native.close()
      await connection.close()
      await shop.close()
    },
  }
}

async function bundleOf(workflowInterceptorModules: string[] | undefined): Promise<WorkflowBundleOption> {
  if (!workflowInterceptorModules) return { codePath: inject('workflowBundlePath') }
  const logger = new DefaultLogger('ERROR')
  return await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, workflowInterceptorModules, logger })
}
