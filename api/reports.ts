import { createRoute, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { NIL } from 'uuid'
import type { Database } from '#db/client.ts'
import { type Page, readCampaignNames, readNewestInstant, readSales, sumLots } from '#db/liability.ts'
import type { Money } from '#domain/money.ts'
import type { Instant } from '#domain/points/account.ts'
import { addAll, allocate } from '#domain/points/liability.ts'
import type { App, AppDependencies } from './app-types.ts'
import { OPERATORS } from './auth.ts'
import { limitPerCaller, turnsFor } from './caller-limits.ts'
import {
  byCampaign,
  formatLiability,
  type Liability,
  type LiabilityReport,
  liabilitySchema,
} from './liability-schemas.ts'
import { Problem } from './problems.ts'
import { COSTLY } from './rate-limits.ts'
import { json, problems, READING } from './responses.ts'
import { instantInput } from './schemas.ts'

const reportQuery = z.strictObject({
  as_of: instantInput.optional().openapi({
    description: 'What had been recorded by then. By default the newest instant that can be reported.',
    example: '2026-12-31T23:59:59.999Z',
  }),
  format: z
    .enum(['json', 'csv'])
    .optional()
    .openapi({ description: 'By default what `Accept` prefers (`text/csv`), else JSON.' }),
})

const getPointsLiabilityRoute = createRoute({
  method: 'get',
  path: '/reports/points-liability',
  ...OPERATORS,
  ...COSTLY,
  operationId: 'getPointsLiability',
  tags: ['Reports'],
  summary: 'Report what is owed in points at an instant',
  description:
    'In points and money. Counts what had been recorded by `as_of`; the answer for an instant never changes, as long as the value of a ' +
    'point does not. An instant about which a transaction may still write is refused (`too_recent`).',
  request: { query: reportQuery },
  responses: {
    200: {
      description: 'The report. As CSV (RFC 4180) it is one table of the same numbers.',
      content: {
        ...json(liabilitySchema),
        'text/csv': {
          schema: z.string().openapi({
            pattern: '^as_of,',
            description: 'Texts that a spreadsheet would take for a formula have an apostrophe before them.',
          }),
        },
      },
    },
    ...problems(...READING, 'foreign_request', 'too_recent', 'too_many_at_once'),
  },
})

/** Of one caller, in one process: each reads all lots and purchases. */
const MAX_REPORTS_PER_CALLER = 2

/** `/reports`. */
export function registerReports(app: App, { sql, money, pointValueMinor }: AppDependencies): void {
  const count = limitPerCaller('reports', MAX_REPORTS_PER_CALLER)
  app.openapi(getPointsLiabilityRoute, async (c) => {
    const accepted = accepts(c, { header: 'Accept', supports: ['application/json', 'text/csv'], default: '' })
    const { as_of, format = accepted === 'text/csv' ? 'csv' : 'json' } = c.req.valid('query')
    const end = count(c)
    try {
      const at = await reportableInstant(sql, as_of)
      const liability = await readLiability(sql, at, turnsFor(c.req.raw.signal))
      const ids = byCampaign(liability.groups.campaign).flatMap(({ id }) => id ?? [])
      const names = await readCampaignNames(sql, ids)
      const report = formatLiability(liability, { at, money, pointValueMinor, names })
      c.header('Vary', 'Accept', { append: true })
      if (format === 'json') return c.json(report, 200)
      c.header('Content-Type', 'text/csv; charset=utf-8; header=present')
      c.header('Content-Disposition', `attachment; filename="points-liability-${at.replaceAll(/[:.]/g, '-')}.csv"`)
      // The types of routes know one content type.
      return c.body(toCsv(tableOf(report), money)) as never
    } finally {
      end()
    }
  })
}

/**
 * The instant that is asked for, or else the newest of which it is certain what had been recorded by then.
 *
 * @throws Problem `too_recent`
 */
export async function reportableInstant(sql: Database, asked: Instant | undefined): Promise<Instant> {
  const newest = await readNewestInstant(sql)
  if (newest !== null && (asked ?? newest) <= newest) return asked ?? newest
  const detail =
    newest === null
      ? 'A transaction is being written of which it is not known when it began. Repeat the request in a moment.'
      : `The newest instant that can be reported is ${newest}: about what comes after it, transactions may still be written.`
  throw new Problem('too_recent', detail, { newest })
}

/** @param turn between pages: others have theirs, and who has gone needs no report */
async function readLiability(sql: Database, at: Instant, turn: () => Promise<void>): Promise<Liability> {
  const groups: Liability['groups'] = {
    all: new Map(),
    lastMonth: new Map(),
    campaign: new Map(),
    firstMonth: new Map(),
  }
  for await (const { by, key, sums } of allPages((after) => sumLots(sql, at, after), turn)) {
    const before = groups[by].get(key)
    groups[by].set(key, before ? addAll(before, sums) : sums)
  }
  let sales = NO_SALES
  for await (const sale of allPages((after) => readSales(sql, at, after), turn))
    sales = addAll(sales, { sales: 1, paidMinor: sale.paidMinor, ...allocate(sale) })
  return { groups, sales }
}

const NO_SALES: Liability['sales'] = {
  sales: 0,
  paidMinor: 0,
  revenueMinor: 0,
  deferredMinor: 0,
  releasedBySpendingMinor: 0,
  releasedByExpiryMinor: 0,
  openMinor: 0,
}

async function* allPages<Item>(read: (after: string) => Promise<Page<Item>>, turn: () => Promise<void>) {
  for (let after: string | null = NIL; after !== null; ) {
    const page: Page<Item> = await read(after)
    yield* page.items
    after = page.next
    await turn()
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// CSV (RFC 4180)

const COLUMNS = ['as_of', 'section', 'key', 'client', 'campaign', 'points', 'amount', 'value', 'currency'] as const

type Row = { [Column in (typeof COLUMNS)[number]]?: string | number | null }

/** The same numbers as one table. `value` is what is neither points nor money. */
function tableOf(report: LiabilityReport): Row[] {
  const { by_expiry_month, by_campaign, pending_by_month, breakage, deferred_revenue } = report
  const totals = ['issued', 'redeemed', 'expired', 'reversed', 'open', 'available', 'pending', 'owed'] as const
  const { sales, ...amounts } = deferred_revenue
  const rows: Row[] = [
    ...totals.map((key) => ({ section: 'total', key, ...report[key] })),
    { section: 'total', key: 'point_value', amount: report.point_value },
    ...(['available', 'pending'] as const).flatMap((state) => [
      ...by_expiry_month.map((row) => ({ section: `${state}_by_expiry_month`, key: row.month, ...row[state] })),
      ...by_campaign.map((row) => ({
        section: `${state}_by_campaign`,
        key: row.campaign_id ?? row.kind,
        client: row.client,
        campaign: row.campaign_name,
        ...row[state],
      })),
    ]),
    ...pending_by_month.map(({ month: key, ...worth }) => ({ section: 'pending_by_month', key, ...worth })),
    { section: 'breakage', key: 'lots', value: breakage.lots },
    { section: 'breakage', key: 'points', points: breakage.points },
    { section: 'breakage', key: 'expired', points: breakage.expired },
    { section: 'breakage', key: 'rate', value: breakage.rate },
    { section: 'breakage', key: 'expected', ...breakage.expected },
    { section: 'deferred_revenue', key: 'sales', value: sales },
    ...Object.entries(amounts).map(([key, amount]) => ({ section: 'deferred_revenue', key, amount })),
  ]
  return rows.map((row) => ({ as_of: report.as_of, currency: report.currency, ...row }))
}

function toCsv(rows: readonly Row[], { digits }: Money): string {
  const cell = (column: (typeof COLUMNS)[number], value: Row[typeof column]) => {
    if (typeof value === 'number') return column === 'amount' ? value.toFixed(digits) : String(value)
    return textCell(value ?? '')
  }
  const lines = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => cell(column, row[column])))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

/** What spreadsheets take for the beginning of a formula, in either width: https://owasp.org/www-community/attacks/CSV_Injection. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/

function textCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return safe !== text || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
