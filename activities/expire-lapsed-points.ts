import type { Sql } from '#db/client.ts'
import type { PointsLedger } from '#db/points/ledger.ts'
import { readClock } from '#db/points/load.ts'
import { listLapsedAccounts } from '#db/points/read.ts'

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
 * lapses again meanwhile is the next sweep's.
 */
export async function expireLapsedPoints(
  sql: Sql,
  ledger: PointsLedger,
  { sweepId, after }: { sweepId: string; after?: string },
): Promise<ExpiryPage> {
  const now = await readClock(sql)
  const accounts = await listLapsedAccounts(sql, { now, limit: PAGE, ...(after !== undefined && { after }) })
  const failures: unknown[] = []
  for (let start = 0; start < accounts.length; start += AT_ONCE) {
    const some = accounts.slice(start, start + AT_ONCE)
    for (const result of await Promise.allSettled(some.map((accountId) => expireAccount(ledger, accountId, sweepId)))) {
      if (result.status === 'rejected') failures.push(result.reason)
    }
  }
  // One account that is broken must not keep the points of all others; a database that is away is another matter.
  if (failures.length > 0 && failures.length === accounts.length) throw failures[0]
  const swept = { accounts: accounts.length - failures.length, ...(failures.length > 0 && { failed: failures.length }) }
  const next = accounts.length === PAGE ? accounts.at(-1) : undefined
  return next === undefined ? swept : { ...swept, next }
}

async function expireAccount(ledger: PointsLedger, accountId: string, sweepId: string): Promise<void> {
  await ledger.execute({
    accountId,
    key: `expiry/${sweepId}/${accountId}`,
    requestHash: '',
    wish: { type: 'expire', reason: 'expiry', reference: sweepId, actor: 'expiry' },
  })
}
