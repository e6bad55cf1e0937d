import { Client, Connection } from '@temporalio/client'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { type EntryPoint, runEntryPoint, startEntryPoint } from '#test/support/entry-point.ts'
import { refuseCalls } from '#test/support/refusing-temporal.ts'
import { openShop, type Shop } from '#test/support/shop.ts'
import { ensureSchedules, SCHEDULES } from '#worker/schedules.ts'
import { keepTemporalSetUp } from '#worker/temporal-setup.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'

const IDS = SCHEDULES.map(({ id }) => id)
let shop: Shop
let connection: Connection
let worker: EntryPoint | undefined

beforeAll(async () => {
  shop = await openShop()
  connection = await Connection.connect({ address: inject('temporalAddress') })
})
afterEach(() => {
  worker?.child.kill('SIGKILL')
})
afterAll(async () => {
  await connection.close()
  await shop.close()
})

/** A namespace of its own for each test: schedules of the others would start workflows of which nobody knows. */
async function openNamespace(): Promise<Client> {
  const namespace = `schedules-${crypto.randomUUID()}`
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  })
  const client = new Client({ connection, namespace })
  // A namespace is known to the server a moment after it was registered.
  await expect.poll(() => scheduleIds(client).catch(() => undefined)).toEqual([])
  return client
}

const variables = (client: Client, temporalAddress = inject('temporalAddress')) => ({
  DATABASE_URL: shop.databaseUrl,
  MIGRATE_DATABASE_URL: shop.migrateDatabaseUrl,
  TEMPORAL_ADDRESS: temporalAddress,
  TEMPORAL_NAMESPACE: client.options.namespace,
})

async function startWorker(client: Client, temporalAddress?: string): Promise<EntryPoint> {
  worker = startEntryPoint('worker/main.ts', variables(client, temporalAddress))
  await worker.ready
  return worker
}

async function scheduleIds(client: Client): Promise<string[]> {
  const ids: string[] = []
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId)
  return ids.sort()
}

const describeSchedule = (client: Client, id: string) => client.schedule.getHandle(id).describe()

describe('what runs by the clock', () => {
  test('is scheduled once a worker has started, and the reconciler really runs', async () => {
    const client = await openNamespace()
    await startWorker(client)
    for (const { id, runTimeoutMs } of SCHEDULES) {
      expect(runTimeoutMs).toBeGreaterThan(0)
      expect(await describeSchedule(client, id)).toMatchObject({
        state: { paused: false },
        action: { workflowRunTimeout: runTimeoutMs },
      })
    }

    await client.schedule.getHandle('reconcile-purchases').trigger()
    const started = async () => {
      const { info } = await describeSchedule(client, 'reconcile-purchases')
      const action = info.recentActions[0]?.action
      return action?.type === 'startWorkflow' ? action.workflow.workflowId : undefined
    }
    await expect.poll(started).toMatch(/^reconcile-purchases-/)
    const run = client.workflow.getHandle((await started()) ?? '')
    expect(await run.result()).toEqual({ started: 0, failed: 0 })
  })

  test('is scheduled by npm run migrate, which says so', async () => {
    const client = await openNamespace()
    const { code, out } = await runEntryPoint('scripts/migrate.ts', variables(client))
    expect(code).toBe(0)
    expect(out).toContain(`Temporal: set up schedules ${IDS.join(', ')}.`)
    await expect.poll(() => scheduleIds(client)).toEqual([...IDS].sort())
  })

  test('is left alone when it is as this version has it', async () => {
    const client = await openNamespace()
    expect(await ensureSchedules(client)).toEqual({ changed: IDS })
    expect(await ensureSchedules(client)).toEqual({ changed: [] })
  })

  test('is brought up to date when it is not, and stays paused if somebody has paused it', async () => {
    const client = await openNamespace()
    const earlier = SCHEDULES.map((schedule) =>
      schedule.id === 'reconcile-purchases'
        ? { ...schedule, when: { everyMs: 3_600_000 }, summary: 'Earlier' }
        : schedule,
    )
    await ensureSchedules(client, earlier)
    const reconciler = client.schedule.getHandle('reconcile-purchases')
    await reconciler.pause('while we look into something')

    expect(await ensureSchedules(client)).toEqual({ changed: ['reconcile-purchases'] })
    expect(await reconciler.describe()).toMatchObject({
      spec: { intervals: [{ every: 60_000 }] },
      action: { staticSummary: expect.stringContaining('workflow was lost'), workflowRunTimeout: 1_800_000 },
      state: { paused: true, note: 'while we look into something' },
    })
    expect(await ensureSchedules(client)).toEqual({ changed: [] })
  })
})

describe('what somebody deletes, or Temporal loses with its state,', () => {
  test('is set up again by a worker that runs', async () => {
    const client = await openNamespace()
    const kept = await keepTemporalSetUp(client, pino({ level: 'silent' }), 200)
    try {
      await expect.poll(() => scheduleIds(client)).toEqual([...IDS].sort())
      for (const id of IDS) await client.schedule.getHandle(id).delete()
      const { namespace } = client.options
      await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: ['TotalMinor'] })
      await expect.poll(() => scheduleIds(client)).toEqual([...IDS].sort())
      const { operatorService } = connection
      const registered = async () =>
        Object.keys((await operatorService.listSearchAttributes({ namespace })).customAttributes)
      await expect.poll(registered).toEqual(expect.arrayContaining(SEARCH_ATTRIBUTES.map(({ name }) => name)))
    } finally {
      kept.stop()
    }
  })

  test('is set up again, and what another release has otherwise is left to it, until a worker starts', async () => {
    const client = await openNamespace()
    const logger = pino({ level: 'silent' })
    const kept = await keepTemporalSetUp(client, logger, 100)
    const reconciler = client.schedule.getHandle('reconcile-purchases')
    const everyMs = async () => (await reconciler.describe()).spec.intervals?.[0]?.every
    try {
      expect(await everyMs()).toBe(60_000)
      const [first, ...others] = SCHEDULES
      if (first?.id !== 'reconcile-purchases') throw new Error('the reconciler is not the first any more')
      await ensureSchedules(client, [{ ...first, when: { everyMs: 30_000 } }, ...others])
      // Rounds pass: what is missing comes back each time.
      for (let round = 0; round < 3; round++) {
        const forgetKeys = client.schedule.getHandle('forget-keys')
        const createdAt = async () => (await forgetKeys.describe().catch(() => undefined))?.info.createdAt.getTime()
        const before = (await createdAt()) ?? Number.NaN
        await forgetKeys.delete()
        await expect.poll(createdAt).toBeGreaterThan(before)
      }
      expect(await everyMs()).toBe(30_000)
    } finally {
      kept.stop()
    }
    const started = await keepTemporalSetUp(client, logger, 1_000_000)
    started.stop()
    expect(await everyMs()).toBe(60_000)
  })

  test('is set up again though it could not be for a while, which is logged once', async () => {
    const client = await openNamespace()
    const lines: { level: number; msg: string }[] = []
    const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) })
    let denied = 0
    const schedule = Object.create(client.schedule, {
      create: {
        value: (...given: Parameters<typeof client.schedule.create>) => {
          if (denied++ < 3) throw Object.assign(new Error('away'), { code: 14, details: 'away', metadata: {} })
          return client.schedule.create(...given)
        },
      },
    })
    const kept = await keepTemporalSetUp(Object.create(client, { schedule: { value: schedule } }), logger, 100)
    try {
      await expect.poll(() => scheduleIds(client)).toEqual([...IDS].sort())
      expect(lines.filter(({ level }) => level === 40)).toHaveLength(1)
      expect(denied).toBeGreaterThan(3)
    } finally {
      kept.stop()
    }
  })
})

describe('without the right to create schedules', () => {
  test('a worker starts all the same, and warns', async () => {
    const client = await openNamespace()
    const temporal = await refuseCalls(inject('temporalAddress'), /CreateSchedule$/)
    try {
      const { written } = await startWorker(client, temporal.address)
      const warning = () => written.out.split('\n').find((line) => line.includes('schedules cannot be set up'))
      await expect.poll(warning).toBeDefined()
      expect(JSON.parse(warning() ?? '')).toMatchObject({ level: 'warn', refused: 'Request unauthorized.' })
    } finally {
      temporal.close()
    }
  })

  test('npm run migrate does the rest, and says which commands are left to run', async () => {
    const client = await openNamespace()
    const temporal = await refuseCalls(inject('temporalAddress'), /CreateSchedule$/)
    try {
      const { code, out } = await runEntryPoint('scripts/migrate.ts', variables(client, temporal.address))
      expect(code).toBe(0)
      expect(out).toContain('Temporal: registered search attributes')
      expect(out).toContain('Temporal: schedules cannot be set up from here (Request unauthorized.).')
      expect(out).toMatch(/temporal schedule create .*--schedule-id reconcile-purchases .*--interval 60s\n/)
      expect(out).toMatch(/--schedule-id expire-points .*--calendar '{"hour":"0,6,12,18","minute":"1"}'\n/)
    } finally {
      temporal.close()
    }
  })
})
