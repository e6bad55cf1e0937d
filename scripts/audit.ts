import { parseArgs } from 'node:util'
import { Client } from '@temporalio/client'
import { runCommand } from '#config/command.ts'
import { resolveConnections, resolveDatabase } from '#config/connections.ts'
import { readEnvironment } from '#config/environment.ts'
import { connectTemporal } from '#config/temporal.ts'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { compareWithTemporal } from './audit-temporal.ts'

/** `npm run audit`: every invariant, as JSON on stdout; exit code 1 when one is broken. */
runCommand(async () => {
  const { values } = parseArgs({ options: { 'with-temporal': { type: 'boolean', default: false } } })
  const environment = readEnvironment()
  const { databaseUrl } = resolveDatabase(environment)
  const database = openDatabase({ databaseUrl, applicationName: 'unicorn-audit', maxConnections: 2 })
  try {
    const report = await audit(database)
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
})
