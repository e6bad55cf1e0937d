import type { Database, Sql } from '#db/client.ts'
import { executeWithin, type PointsAnswer, type PointsRequest } from '#db/points/ledger.ts'
import type { Caps } from '#domain/campaigns/campaign.ts'

/** What can be done while nobody else gives or takes back points of the campaigns. */
export type HeldCaps = {
  /** The transaction. */
  sql: Sql
  /** What the caps of a campaign leave for the account. */
  remainingOf: (campaignId: string) => Caps
  /** Has the ledger carry out a request, with its grants, in this transaction or not at all. */
  execute: (request: PointsRequest) => Promise<PointsAnswer>
}

/**
 * Runs `work` in a transaction that holds campaigns, so that points are booked within what their caps leave. Locks are
 * taken in one order everywhere: campaigns by id, then the account, then the purchase.
 *
 * `work` ends with one effect, in one statement that the ledger guards: the driver may go on with another connection when
 * this one is lost, and whatever was only locked here is then no longer so.
 */
export async function holdingCaps<Result>(
  database: Database,
  { campaignIds, accountId }: { campaignIds: readonly string[]; accountId: string },
  work: (held: HeldCaps) => Promise<Result>,
): Promise<Result> {
  const outcome = await database.begin(async (sql) => {
    const [transaction] = await sql<{ id: string }[]>`select pg_current_xact_id()::text as id`
    if (!transaction) throw new Error('the transaction has no id')
    const remaining = await readRemaining(sql, campaignIds, accountId)
    const result = await work({
      sql,
      remainingOf: (campaignId) => remaining.get(campaignId) ?? NOTHING_LEFT,
      execute: (request) => executeWithin(sql, transaction.id, request),
    })
    return { result }
  })
  return outcome.result as Result
}

const NOTHING_LEFT: Caps = { totalPoints: 0, pointsPerCustomer: 0 }

async function readRemaining(sql: Sql, campaignIds: readonly string[], accountId: string): Promise<Map<string, Caps>> {
  const ids = campaignIds as string[]
  await sql`select from campaigns where id = any(${ids}::uuid[]) order by id for update`
  await sql`
    insert into campaign_customers (campaign_id, account_id)
    select id, ${accountId} from campaigns where id = any(${ids}::uuid[])
    on conflict (campaign_id, account_id) do nothing`
  // A statement of its own: its snapshot is taken after the locks, and sees what those waited for.
  const rows = await sql<({ id: string } & Caps)[]>`
    select c.id, c.cap_total_points - c.given_points as "totalPoints",
      c.cap_points_per_customer - customer.given_points as "pointsPerCustomer"
    from campaigns c
    join campaign_customers customer on customer.campaign_id = c.id and customer.account_id = ${accountId}
    where c.id = any(${ids}::uuid[])`
  return new Map(rows.map(({ id, ...caps }) => [id, caps]))
}
