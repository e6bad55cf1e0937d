import { parseArgs } from 'node:util'
import { Client, type WorkflowExecutionInfo } from '@temporalio/client'
import { runCommand } from '#config/command.ts'
import { resolveConnections, resolveDatabase } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { connectTemporal } from '#config/temporal.ts'
import { audit, type Invariant } from '#db/audit.ts'
import { type Database, openDatabase, type Sql } from '#db/client.ts'
import { STUCK_MINUTES } from '#db/stuck.ts'
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
    const compared = values['with-temporal'] ? [await compareOutcomes(database)] : []
    const invariants = [...report.invariants, ...compared]
    const ok = invariants.every((invariant) => invariant.violations.length === 0)
    console.log(JSON.stringify({ ...report, ok, invariants }, null, 2))
    return ok ? 0 : 1
  } finally {
    await database.end({ timeout: 5 })
  }

  async function compareOutcomes(sql: Database) {
    const { temporal } = resolveConnections(environment)
    const connection = await connectTemporal(temporal)
    try {
      return await compareWithTemporal(sql, new Client({ connection, namespace: temporal.namespace }))
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
async function compareWithTemporal(sql: Sql, client: Client): Promise<Invariant> {
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
    page.push({
      purchaseId: info.workflowId.replace(/^purchase-/, ''),
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

if (import.meta.main) runCommand(main)
