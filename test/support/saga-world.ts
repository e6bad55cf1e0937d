import {
  Client,
  Connection,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client'
import {
  bundleWorkflowCode,
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  type WorkflowBundleOption,
} from '@temporalio/worker'
import { inject } from 'vitest'
import { startWorkflow } from '#config/temporal.ts'
import { readPurchase } from '#db/purchases.ts'
import type { PurchaseLine } from '#domain/purchase.ts'
import { createWorker, WORKFLOWS_PATH } from '#worker/create-worker.ts'
import {
  type PurchaseInput,
  type PurchaseResult,
  purchaseStart,
  REFUND_ASKED,
  type RefundResult,
  refundStart,
  TASK_QUEUE,
} from '#workflows/contract.ts'
import { planFaults } from './faults.ts'
import { openShop, type ShopOptions } from './shop.ts'
import { logged } from './temporal-runtime.ts'

export type SagaWorldOptions = ShopOptions & {
  workflowInterceptors?: string[]
  /** Another one than the usual, which has all search attributes. */
  namespace?: string
}

export type SagaWorld = Awaited<ReturnType<typeof openSagaWorld>>

/**
 * A shop of its own and a worker for it, on the Temporal server that all tests share: a task queue of its own keeps the
 * sagas of one test file away from the workers of another.
 */
export async function openSagaWorld(options: SagaWorldOptions = {}) {
  const shop = await openShop(options)
  const faults = planFaults()
  const address = inject('temporalAddress')
  const { namespace = 'default' } = options
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
    /** As the API starts it, but without a lane unless one is given. */
    start: async (purchaseId: string, how: Omit<PurchaseInput, 'purchaseId'> = {}) => {
      const purchase = await readPurchase(shop.sql, purchaseId)
      if (!purchase) throw new Error(`no purchase ${purchaseId}`)
      const { workflowType, ...start } = purchaseStart(purchase, how)
      const workflowIdReusePolicy = WorkflowIdReusePolicy.REJECT_DUPLICATE
      const handle = await startWorkflow(client, workflowType, { taskQueue, workflowIdReusePolicy, ...start })
      return handle as WorkflowHandle<(input: PurchaseInput) => Promise<PurchaseResult>>
    },
    /** Puts a refund on record, of some lines or of all that is left, and tells Temporal, as the API does. */
    refund: async (purchaseId: string, lines?: PurchaseLine[]) => {
      await shop.askForRefund(purchaseId, lines)
      const purchase = await readPurchase(shop.sql, purchaseId)
      if (!purchase) throw new Error(`no purchase ${purchaseId}`)
      const { workflowType, ...start } = refundStart(purchase)
      const options = {
        taskQueue,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        signal: REFUND_ASKED,
      }
      const handle = await startWorkflow(client, workflowType, { ...options, ...start })
      return handle as WorkflowHandle<(input: PurchaseInput) => Promise<RefundResult>>
    },
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
