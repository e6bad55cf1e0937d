import { log } from '@temporalio/activity'
import type { Sql } from '#db/client.ts'
import { isDatabaseUnavailable, isOutage } from '#db/outages.ts'
import { listLapsedAccounts, readClock } from '#db/points.ts'
import type { PointsLedger } from '#ledger/ledger.ts'

/** Accounts a page, and how many of them at once: a page ends well within the time limit of an activity. */
const PAGE = 200
const AT_ONCE = 10

export type ExpiryPage = {
  /** Accounts whose lapsed points are now expired. */
  accounts: number
  /** Accounts that could not be swept; the next sweep tries again. */
  failed?: number
  /** Where the next page begins; left out on the last one. */
  next?: string
}

/**
 * Books what has lapsed, for one page of accounts. Repeating a page of the same sweep books nothing twice; an account that
 * lapses again meanwhile is the next sweep's. An account that cannot be swept is logged with the reason.
 */
export async function expireLapsedPoints(
  sql: Sql,
  ledger: PointsLedger,
  { sweepId, after }: { sweepId: string; after?: string },
  reportProgress: (details: Record<string, number>) => void,
): Promise<ExpiryPage> {
  const now = await readClock(sql)
  const accounts = await listLapsedAccounts(sql, { now, limit: PAGE, ...(after !== undefined && { after }) })
  const failures: { accountId: string; reason: unknown }[] = []
  for (let start = 0; start < accounts.length; start += AT_ONCE) {
    reportProgress({ accounts: start, of: accounts.length })
    const some = accounts.slice(start, start + AT_ONCE)
    const results = await Promise.allSettled(some.map((accountId) => expireAccount(ledger, accountId, sweepId)))
    for (const [index, result] of results.entries())
      if (result.status === 'rejected') failures.push({ accountId: some[index] ?? '', reason: result.reason })
  }
  // Accounts that are broken must not keep the points of all others; a database that is away is another matter.
  const reasons = failures.map(({ reason }) => reason)
  if (await isOutage(sql, reasons)) throw reasons.find(isDatabaseUnavailable)
  for (const { accountId, reason } of failures)
    log.warn('points of an account could not be expired', { accountId, reason: String(reason) })
  const swept = { accounts: accounts.length - failures.length, ...(failures.length > 0 && { failed: failures.length }) }
  const next = accounts.length === PAGE ? accounts.at(-1) : undefined
  return next === undefined ? swept : { ...swept, next }
}

async function expireAccount(ledger: PointsLedger, accountId: string, sweepId: string): Promise<void> {
  await ledger.execute({
    accountId,
    key: `expiry/${sweepId}/${accountId}`,
    requestHash: '',
    command: { type: 'expire', reason: 'expiry', reference: sweepId, actor: 'expiry' },
  })
}
