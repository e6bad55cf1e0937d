import { createActivities } from '../../activities/create-activities.ts'
import { resolveDatabase } from '../../config/connections.ts'
import { readEnvironment } from '../../config/environment.ts'
import { readGrantsTakenBack } from '../../db/campaigns.ts'
import { openDatabase } from '../../db/client.ts'
import { createPointsLedger } from '../../ledger/ledger.ts'

/** The five effects that the product's saga makes of an order without points, with as many connections as its worker has. */
export function purchaseSteps(): { name: string; run: (purchaseId: string) => Promise<unknown> }[] {
  const { databaseUrl } = resolveDatabase(readEnvironment())
  const sql = openDatabase({ databaseUrl, applicationName: 'bench-peer', maxConnections: 20 })
  const ledger = createPointsLedger(sql, { alsoCommits: readGrantsTakenBack })
  const effects = createActivities({ sql, ledger, pointsTtlDays: 365, readWorkflow: async () => ({ isOpen: true }) })
  return [
    { name: 'reserveStock', run: (purchaseId) => effects.reserveStock({ purchaseId }) },
    { name: 'chargeWallet', run: (purchaseId) => effects.chargeWallet({ purchaseId }) },
    { name: 'confirmPurchase', run: (purchaseId) => effects.confirmPurchase({ purchaseId }) },
    { name: 'awardPoints', run: (purchaseId) => effects.awardPoints({ purchaseId }) },
    {
      name: 'recordOutcome',
      run: (purchaseId) => effects.recordOutcome({ purchaseId, outcome: { status: 'completed' } }),
    },
  ]
}
