import { Client, Connection } from '@temporalio/client'
import { runCommand } from '#config/command.ts'
import { resolveDatabase, resolveTemporal, type TemporalTarget } from '#config/connections.ts'
import { ConfigurationError, type Environment, readEnvironment } from '#config/environment.ts'
import { temporalConnectionOptions } from '#config/temporal.ts'
import { OtherCurrency } from '#db/currency.ts'
import { migrateDatabase, OtherSchema, setRoleSettings } from '#db/migrate.ts'
import { ensureSchedules, SCHEDULES, type Schedule } from '#worker/schedules.ts'
import { registerSearchAttributes } from '#worker/temporal-setup.ts'
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '#workflows/contract.ts'

/** `npm run migrate`: brings the schema and Temporal up to what this version needs. Safe to repeat. */
async function main() {
  const environment = readEnvironment()
  const { databaseUrl, migrateDatabaseUrl } = resolveDatabase(environment)
  const applicationRole = decodeURIComponent(new URL(databaseUrl).username)
  const { currency: code, digits } = environment.money
  const options = { migrateDatabaseUrl, currency: { code, digits }, ...(applicationRole && { applicationRole }) }
  const { applied } = await migrateDatabase(options).catch((error: unknown) => {
    if (!(error instanceof OtherSchema || error instanceof OtherCurrency)) throw error
    throw new ConfigurationError(`${error.message} That of "npm start" is in DATA_DIR: delete it, or set another one.`)
  })
  await setRoleSettings(databaseUrl)
  console.log(applied.length > 0 ? `Schema: applied ${applied.join(', ')}.` : 'Schema: nothing to do.')
  await prepareTemporal(environment)
}

/** Postgres can be migrated before there is a Temporal; what is left to do is then said. */
async function prepareTemporal(environment: Environment): Promise<void> {
  const target = findTemporal(environment)
  if (target === undefined) {
    console.log('Temporal: not known. Set TEMPORAL_ADDRESS and run this again before starting a worker.')
    return
  }
  const connection = await Connection.connect({
    ...temporalConnectionOptions(target),
    connectTimeout: '5 seconds',
  }).catch(() => undefined)
  if (connection === undefined) {
    console.log(`Temporal: ${target.address} does not answer. Run this again once it does, or run:`)
    console.log(searchAttributeCommands(target))
    return
  }
  try {
    const { registered, refused } = await registerSearchAttributes(connection, target.namespace)
    if (refused) {
      console.log(`Temporal: search attributes cannot be registered from here (${refused}). Run:`)
      console.log(searchAttributeCommands(target))
    } else {
      const names = registered.join(', ')
      console.log(names ? `Temporal: registered search attributes ${names}.` : 'Temporal: nothing to do.')
    }
    await prepareSchedules(connection, target)
  } finally {
    await connection.close()
  }
}

/** Workers do it as well, where they may. */
async function prepareSchedules(connection: Connection, target: TemporalTarget): Promise<void> {
  const { changed, refused } = await ensureSchedules(new Client({ connection, namespace: target.namespace }))
  if (changed.length > 0) console.log(`Temporal: set up schedules ${changed.join(', ')}.`)
  if (refused === undefined) return
  console.log(`Temporal: schedules cannot be set up from here (${refused}). Run (or "update" for one that is there):`)
  console.log(scheduleCommands(target))
}

function findTemporal(environment: Environment): TemporalTarget | undefined {
  try {
    return resolveTemporal(environment)
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

/** What the CLI calls them. */
const TYPES = { KEYWORD: 'Keyword', INT: 'Int' } as const

/** What an operator with the rights to do it has to run. */
function searchAttributeCommands({ address, namespace }: TemporalTarget): string {
  return SEARCH_ATTRIBUTES.map(
    ({ name, type }) =>
      `  temporal operator search-attribute create --address ${address} --namespace ${namespace} --name ${name} --type ${TYPES[type]}`,
  ).join('\n')
}

/** What an operator with the rights to do it has to run for our schedules. */
function scheduleCommands({ address, namespace }: TemporalTarget): string {
  return SCHEDULES.map(
    ({ id, workflowType, when, catchUpMs, runTimeoutMs }) =>
      `  temporal schedule create --address ${address} --namespace ${namespace} --schedule-id ${id} --workflow-id ${id} ` +
      `--type ${workflowType} --task-queue ${TASK_QUEUE} --overlap-policy Skip --catchup-window ${seconds(catchUpMs)} ` +
      `--run-timeout ${seconds(runTimeoutMs)} ${timesOf(when)}`,
  ).join('\n')
}

function timesOf(when: Schedule['when']): string {
  if ('everyMs' in when) return `--interval ${seconds(when.everyMs)}`
  return `--calendar '${JSON.stringify({ hour: when.utcHours.join(','), minute: String(when.minute) })}'`
}

function seconds(ms: number): string {
  return `${ms / 1000}s`
}

if (import.meta.main) runCommand(main)
