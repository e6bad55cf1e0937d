import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Client, type WorkflowExecutionInfo } from '@temporalio/client'
import { runCommand } from '#config/command.ts'
import { resolveConnections, resolveDatabase } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { connectTemporal, readWorkflow } from '#config/temporal.ts'
import { audit, type Invariant } from '#db/audit.ts'
import { listQuietEvents } from '#db/awards.ts'
import { type Database, openDatabase, type Sql } from '#db/client.ts'
import { listQuietPurchases } from '#db/purchases.ts'
import { STUCK_MINUTES } from '#db/stuck.ts'
import { awardWorkflowId, purchaseWorkflowId, refundWorkflowId } from '#domain/purchase.ts'
import { CUSTOMER, PURCHASE_STATUS } from '#workflows/contract.ts'

/** `npm run audit`: every invariant, and what is stuck, as JSON on stdout; exit code 1 when an invariant is broken. */
async function main() {
  const { values } = parseArgs({
    options: {
      'with-temporal': { type: 'boolean', default: false },
      'older-than-minutes': { type: 'string', default: String(STUCK_MINUTES) },
    },
  })
  const olderThanMinutes = minutesOf(values['older-than-minutes'])
  const environment = readEnvironment()
  const { databaseUrl } = resolveDatabase(environment)
  const database = openDatabase({ databaseUrl, applicationName: 'unicorn-audit', maxConnections: 2 })
  try {
    const report = await audit(database, { olderThanMinutes })
    const compared = values['with-temporal'] ? await compare(database) : []
    const invariants = [...report.invariants, ...compared]
    const ok = invariants.every((invariant) => invariant.violations.length === 0)
    console.log(JSON.stringify({ ...report, ok, invariants }, null, 2))
    return ok ? 0 : 1
  } finally {
    await database.end({ timeout: 5 })
  }

  async function compare(sql: Database): Promise<Invariant[]> {
    const { temporal } = resolveConnections(environment)
    const connection = await connectTemporal(temporal)
    try {
      const client = new Client({ connection, namespace: temporal.namespace })
      return [await compareOutcomes(sql, client), await compareOpen(sql, client), await compareUnderWay(sql, client)]
    } finally {
      await connection.close()
    }
  }
}

function minutesOf(text: string): number {
  const minutes = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(minutes)) throw new ConfigurationError(`--older-than-minutes must be a whole number, not "${text}".`)
  return minutes
}

/** What a purchase's own workflow can show of one that was sold, and refunded since. */
const SOLD = ['completed', 'refunding', 'refunded']

type Ended = {
  purchaseId: string
  closed: string
  searchable: string | undefined
  /** It was started without search attributes, because they were not registered. */
  unsearchable: boolean
}

/**
 * Compares the outcomes in the database with the purchase workflows that Temporal still keeps: what operators find there
 * must be what the books say.
 */
async function compareOutcomes(sql: Sql, client: Client): Promise<Invariant> {
  const violations: Record<string, unknown>[] = []
  let checked = 0
  for await (const page of pagesOf(
    client.workflow.list({ query: `WorkflowType = 'purchase' and CloseTime is not null` }),
  )) {
    checked += page.length
    const statuses = await readStatuses(sql, page)
    for (const ended of page) {
      const status = statuses.get(ended.purchaseId)
      if (agree(ended, status)) continue
      violations.push({ purchase: ended.purchaseId, database: status ?? 'unknown', temporal: ended })
    }
  }
  const name = 'every purchase workflow that ended has, in the database, the outcome that it shows'
  return { name, checked, violations: violations.slice(0, 100) }
}

/**
 * A workflow that was terminated shows where it stood, so only the one that completed must show the outcome. A refund is
 * another workflow's.
 */
function agree(ended: Ended, status: string | undefined): boolean {
  if (ended.closed !== 'COMPLETED' || ended.unsearchable) return status !== undefined
  if (status === 'refunding' || status === 'refunded') return SOLD.includes(ended.searchable ?? '')
  return ended.searchable === status
}

async function* pagesOf(list: AsyncIterable<WorkflowExecutionInfo>): AsyncGenerator<Ended[]> {
  let page: Ended[] = []
  for await (const info of list) {
    const { kind, id } = subjectOf(info.workflowId)
    // Somebody started it by hand, and it is about no purchase.
    if (kind !== 'purchase') continue
    page.push({
      purchaseId: id,
      closed: info.status.name,
      searchable: info.typedSearchAttributes.get(PURCHASE_STATUS),
      unsearchable: info.typedSearchAttributes.get(CUSTOMER) === undefined,
    })
    if (page.length === 500) {
      yield page
      page = []
    }
  }
  if (page.length > 0) yield page
}

/** Of a purchase that is gone, and that an operator has looked after, `resolved`. */
async function readStatuses(sql: Sql, page: Ended[]): Promise<Map<string, string>> {
  const ids = page.map((ended) => ended.purchaseId)
  const rows = await sql<{ id: string; status: string }[]>`
    select id, status from purchases where id = any(${ids}::uuid[])
    union all
    select id, 'resolved' from discrepancies
    where id = any(${ids}::uuid[]) and resolved is not null and id not in (select id from purchases)`
  return new Map(rows.map((row) => [row.id, row.status]))
}

// ---------------------------------------------------------------------------------------------------------------------

/** What a saga is about, by the id of its workflow (`purchaseWorkflowId` and its neighbours in domain/purchase.ts). */
function subjectOf(workflowId: string): { kind: string; id: string } {
  const [, kind = '', id = ''] = /^(purchase|refund|award|award-event)-([0-9a-f-]{36})$/.exec(workflowId) ?? []
  return { kind, id }
}

const OPEN_SAGAS = `WorkflowType in ('purchase', 'repair', 'refund', 'award') and ExecutionStatus = 'Running'`

/** A saga ends a moment after it has recorded the outcome, and is found open for a moment longer. */
const LOOK_AGAIN = { times: 5, everyMs: 2_000 }

/** Compares the sagas that are open with what is left to do, by the database. */
async function compareOpen(sql: Sql, client: Client): Promise<Invariant> {
  const open: string[] = []
  for await (const { workflowId } of client.workflow.list({ query: OPEN_SAGAS })) open.push(workflowId)
  let idle = await withNothingToDo(sql, open)
  for (let times = 0; times < LOOK_AGAIN.times && idle.length > 0; times++) {
    await sleep(LOOK_AGAIN.everyMs)
    const found = await Promise.all(idle.map((workflowId) => readWorkflow(client, workflowId)))
    idle = await withNothingToDo(
      sql,
      idle.filter((_, index) => found[index]?.isOpen),
    )
  }
  const name = 'no workflow is open for a purchase, refund or award that has ended'
  return { name, checked: open.length, violations: idle.slice(0, 100).map((workflow) => ({ workflow })) }
}

/** Of these workflows, those whose purchase, refund or award has ended, or does not exist. */
async function withNothingToDo(sql: Sql, workflowIds: string[]): Promise<string[]> {
  const sagas = workflowIds
    .map((workflowId) => ({ workflowId, ...subjectOf(workflowId) }))
    .filter(({ id }) => id !== '')
  const rows = await sql<{ workflowId: string }[]>`
    select saga."workflowId"
    from jsonb_to_recordset(${sql.json(sagas)}) as saga ("workflowId" text, kind text, id uuid)
    left join purchases p on p.id = saga.id
    left join awards a on a.id = saga.id
    where case
      when saga.kind = 'purchase' then p.id is null or p.settled_at is not null
      when saga.kind = 'refund' then p.status is distinct from 'refunding'
      else a.id is null or a.state not in ('pending', 'parked')
    end`
  return rows.map(({ workflowId }) => workflowId)
}

/** The reconciler looks every minute for what has been quiet for a minute. */
const FOUND_WITHIN_SECONDS = 180

/** Compares what is left to do with the sagas that are open: the reconciler leaves nothing without one for long. */
async function compareUnderWay(sql: Sql, client: Client): Promise<Invariant> {
  const page = { quietForSeconds: FOUND_WITHIN_SECONDS, limit: 1_000 }
  const purchases = (await listQuietPurchases(sql, page)).map(({ purchaseId, status }) =>
    status === 'refunding' ? refundWorkflowId(purchaseId) : purchaseWorkflowId(purchaseId),
  )
  const events = (await listQuietEvents(sql, page)).map(({ eventId }) => awardWorkflowId({ eventId }))
  const violations: Record<string, unknown>[] = []
  for (const workflow of [...purchases, ...events])
    if (!(await readWorkflow(client, workflow)).isOpen) violations.push({ workflow })
  const name = 'what is under way, and has been quiet for three minutes, has an open workflow'
  return { name, checked: purchases.length + events.length, violations: violations.slice(0, 100) }
}

if (import.meta.main) runCommand(main)
