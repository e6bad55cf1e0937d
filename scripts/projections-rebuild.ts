import { parseArgs } from 'node:util'
import { runCommand } from '#config/command.ts'
import { resolveDatabase } from '#config/connections.ts'
import { ConfigurationError, readEnvironment } from '#config/environment.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { compareProjections, type Difference, repairAccount } from '#db/points-rebuild.ts'

const USAGE = `npm run projections:rebuild -- [--write]

Rebuilds the accounts, lots and daily balances of points from their events, and compares them with those in the database.
Prints a JSON report; exit code 1 when there is a difference.

  --write   put right what differs, account by account, and compare again; needs the owner's URL (MIGRATE_DATABASE_URL)
  --help    this text`

/** How many accounts that differ are printed. */
const MAX_SHOWN = 100

type Report = { accounts: number; different: { accountId: string; differences: Difference[] }[] }

runCommand(async () => {
  const { write, help } = readArguments()
  if (help) {
    console.log(USAGE)
    return 0
  }
  const { migrateDatabaseUrl } = resolveDatabase(readEnvironment())
  const sql = openDatabase({
    databaseUrl: migrateDatabaseUrl,
    applicationName: 'unicorn-projections',
    maxConnections: 2,
    statementTimeoutMs: 0,
  })
  try {
    const found = await compare(sql)
    const repaired = write && found.different.length > 0 ? await repair(sql, found) : undefined
    const left = repaired ? await compare(sql) : found
    const ok = left.different.length === 0
    console.log(JSON.stringify({ ok, ...shown(found), ...(repaired && { repaired, left: shown(left) }) }, null, 2))
    return ok ? 0 : 1
  } finally {
    await sql.end({ timeout: 5 })
  }
})

function readArguments() {
  try {
    const options = { write: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const
    return parseArgs({ options }).values
  } catch (error) {
    throw new ConfigurationError(
      `${error instanceof Error ? error.message : error} See npm run projections:rebuild -- --help.`,
    )
  }
}

async function compare(sql: Database): Promise<Report> {
  const report: Report = { accounts: 0, different: [] }
  for await (const compared of compareProjections(sql)) {
    report.accounts += 1
    if (compared.differences.length > 0) report.different.push(compared)
  }
  return report
}

/** @returns the accounts that were put right; one whose events contradict each other is left to a human being */
async function repair(sql: Database, { different }: Report): Promise<string[]> {
  const repaired: string[] = []
  for (const { accountId, differences } of different) {
    if (differences.some(({ table }) => table === 'points_events')) continue
    while (!(await repairAccount(sql, accountId)));
    repaired.push(accountId)
  }
  return repaired
}

function shown({ accounts, different }: Report) {
  return { accounts, differing: different.length, differences: different.slice(0, MAX_SHOWN) }
}
