import { beginCompensation, type Compensation } from '#db/begin-compensation.ts'
import { chargeWallet, undoCharge } from '#db/charge-wallet.ts'
import type { Sql } from '#db/client.ts'
import { confirmPurchase } from '#db/confirm-purchase.ts'
import { recordOutcome } from '#db/purchase-outcome.ts'
import { releaseStock, reserveStock } from '#db/reserve-stock.ts'
import { listUnsettledPurchases } from '#db/unsettled-purchases.ts'
import { type Outcome, purchaseWorkflowId, type Reversal } from '#domain/purchase.ts'

export type ActivityDependencies = {
  sql: Sql
  /** Whether a workflow of that id is open, as Temporal has it. */
  isWorkflowOpen: (workflowId: string) => Promise<boolean>
}

type Purchase = { purchaseId: string }

/**
 * The effects of the sagas. Each is idempotent by its key (purchase and step, never the attempt), refuses by value and
 * throws only when the infrastructure is in trouble; `StepBarred` is the one error that a retry cannot mend.
 */
export function createActivities({ sql, isWorkflowOpen }: ActivityDependencies) {
  return {
    reserveStock: ({ purchaseId }: Purchase) => reserveStock(sql, purchaseId),
    releaseStock: ({ purchaseId }: Purchase) => releaseStock(sql, purchaseId),
    chargeWallet: ({ purchaseId }: Purchase) => chargeWallet(sql, purchaseId),
    undoCharge: ({ purchaseId }: Purchase) => undoCharge(sql, purchaseId),
    confirmPurchase: ({ purchaseId }: Purchase) => confirmPurchase(sql, purchaseId),

    beginCompensation: (input: Purchase & { reason: Reversal }): Promise<Compensation> =>
      beginCompensation(sql, input.purchaseId, input.reason),
    recordOutcome: (input: Purchase & { outcome: Outcome }) => recordOutcome(sql, input.purchaseId, input.outcome),

    /** One page of purchases that have no outcome, have been quiet for a minute and have no open workflow. */
    async findLostPurchases({ after }: { after?: string }): Promise<{ lost: string[]; next?: string }> {
      const limit = 100
      const page = await listUnsettledPurchases(sql, { quietForSeconds: 60, limit, ...(after && { after }) })
      const lost: string[] = []
      for (const purchaseId of page) {
        if (!(await isWorkflowOpen(purchaseWorkflowId(purchaseId)))) lost.push(purchaseId)
      }
      const next = page.length === limit ? page.at(-1) : undefined
      return next === undefined ? { lost } : { lost, next }
    },
  }
}

export type Activities = ReturnType<typeof createActivities>
