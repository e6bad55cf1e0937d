import { defaultPayloadConverter } from '@temporalio/common'
import { beforeEach, describe, expect, test } from 'vitest'
import { listLapsedAccounts, listTransactions, readAvailable, readBalanceEntries } from '#db/points.ts'
import type { Instant } from '#domain/points/account.ts'
import { createPointsLedger } from '#ledger/ledger.ts'
import { commandOf } from '#test/support/points-ledger.ts'
import { openSagaWorld } from '#test/support/saga-world.ts'
import { shared } from '#test/support/shared-world.ts'

const world = await shared(openSagaWorld())
let member: string

beforeEach(() => {
  member = `member-${crypto.randomUUID().slice(0, 8)}`
})

/** Points that were issued in the past, by a ledger whose clock stood there. */
async function issuedOn(at: Instant, amount: number, ttlDays: number, accountId = member) {
  await world.shop.addUser(accountId)
  const past = createPointsLedger(world.shop.sql, { clock: async () => at })
  await past.execute({ accountId, ...commandOf({ type: 'issue', amount, ttlDays }) })
}

async function sweep(): Promise<number> {
  const { accounts } = await world.client.workflow.execute('expirePoints', {
    workflowId: `expire-${crypto.randomUUID()}`,
    taskQueue: world.taskQueue,
    args: [{}],
  })
  return accounts
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const now = () => new Date().toISOString()

test('what has lapsed expires, whatever days the schedule missed, and the rest stays', async () => {
  await issuedOn(daysAgo(30), 100, 10)
  await issuedOn(daysAgo(20), 40, 10)
  await issuedOn(daysAgo(5), 7, 365)
  expect(await readAvailable(world.shop.sql, member, now())).toBe(7)
  expect(await sweep()).toBe(1)
  const [expired] = await listTransactions(world.shop.sql, { accountId: member, limit: 1 })
  expect(expired).toMatchObject({ type: 'expired', amount: 140, balance: 7 })
  const entries = await readBalanceEntries(world.shop.sql, member, now())
  expect(entries.map(({ balance, status }) => [balance, status])).toEqual([
    [100, 'expired'],
    [40, 'expired'],
    [7, 'active'],
  ])
})

test('an account that cannot be swept does not keep the points of the others', async () => {
  const broken = `${member}-broken`
  await issuedOn(daysAgo(30), 5, 10, broken)
  await issuedOn(daysAgo(30), 7, 10)
  await world.shop.asOwner(
    (sql) => sql`update points_accounts set balance = 0, issued = 0 where account_id = ${broken}`,
  )
  expect(await sweep()).toBe(1)
  expect(await listTransactions(world.shop.sql, { accountId: member, limit: 1 })).toMatchObject([{ type: 'expired' }])
  expect(world.logged.filter(({ meta }) => meta?.accountId === broken)).toMatchObject([
    {
      level: 'WARN',
      message: 'points of an account could not be expired',
      meta: { reason: expect.stringContaining('check constraint'), activityType: 'expireLapsedPoints' },
    },
  ])

  await world.shop.asOwner(
    (sql) => sql`update points_accounts set balance = 5, issued = 5 where account_id = ${broken}`,
  )
  expect(await sweep()).toBe(1)
})

test('accounts that cannot be swept, a whole page of them, do not keep the points of those on the next one', async () => {
  const broken = Array.from({ length: 200 }, (_, index) => `a-broken-${member}-${index}`)
  for (const accountId of broken) await issuedOn(daysAgo(30), 1, 10, accountId)
  await issuedOn(daysAgo(30), 7, 10)
  const setIssued = (issued: number) =>
    world.shop.asOwner(
      (sql) =>
        sql`update points_accounts set balance = ${issued}, issued = ${issued} where account_id = any(${broken})`,
    )
  await setIssued(0)
  expect(await listLapsedAccounts(world.shop.sql, { now: now(), limit: 200 })).toEqual(broken.toSorted())
  expect(await sweep()).toBe(1)
  expect(await listTransactions(world.shop.sql, { accountId: member, limit: 1 })).toMatchObject([{ type: 'expired' }])
  await setIssued(1)
  expect(await sweep()).toBe(200)
})

test('an account that always runs into the time limit, and is all that is left, does not keep the sweep from ending', async () => {
  await issuedOn(daysAgo(30), 5, 10)
  await world.shop.asOwner((sql) =>
    sql.unsafe(`
      create function fail() returns trigger language plpgsql as $$ begin
        if new.account_id = '${member}' then raise exception 'injected fault' using errcode = '57014'; end if;
        return new;
      end $$;
      create trigger failing before insert on points_events for each row execute function fail()`),
  )
  try {
    expect(await sweep()).toBe(0)
  } finally {
    await world.shop.asOwner((sql) => sql.unsafe('drop function fail cascade'))
  }
  expect(await sweep()).toBe(1)
})

test('a sweep that finds nothing writes nothing', async () => {
  await issuedOn(daysAgo(30), 100, 10)
  await sweep()
  expect(await sweep()).toBe(0)
  expect(await listTransactions(world.shop.sql, { accountId: member, limit: 10 })).toHaveLength(2)
})

test('points given back into a lapsed lot cannot be spent, and lapse again with the next sweep', async () => {
  await issuedOn(daysAgo(30), 100, 20)
  const past = createPointsLedger(world.shop.sql, { clock: async () => daysAgo(25) })
  const redeemed = await past.execute({ accountId: member, ...commandOf({ type: 'redeem', amount: 60 }) })
  await sweep()
  if (!redeemed.ok || redeemed.answer === null) throw new Error('the redemption was refused')
  const reversal = commandOf({ type: 'reverse', reverses: redeemed.answer.id })
  expect((await world.shop.ledger.execute({ accountId: member, ...reversal })).ok).toBe(true)

  expect(await readAvailable(world.shop.sql, member, now())).toBe(0)
  const spending = await world.shop.ledger.execute({ accountId: member, ...commandOf({ type: 'redeem', amount: 1 }) })
  expect(spending).toMatchObject({ ok: false, refusal: { code: 'insufficient_points', available: 0 } })
  expect(await sweep()).toBe(1)
  const [expired] = await listTransactions(world.shop.sql, { accountId: member, limit: 1 })
  expect(expired).toMatchObject({ type: 'expired', amount: 60 })
})

describe('a sweep over more accounts than one page holds', () => {
  beforeEach(async () => {
    const members = Array.from({ length: 450 }, (_, index) => `${member}-${index}`)
    for (const accountId of members) await issuedOn(daysAgo(30), 1, 10, accountId)
  })

  test('goes through all of them', async () => {
    expect(await sweep()).toBe(450)
  })

  test('goes on in a new run, once its history is long enough, and counts on', async () => {
    const handle = await world.client.workflow.start('expirePoints', {
      workflowId: `expire-${crypto.randomUUID()}`,
      taskQueue: world.taskQueue,
      args: [{ pagesPerRun: 1 }],
    })
    expect(await handle.result()).toEqual({ accounts: 450 })
    // Two full pages and the rest of 50, each in a run of its own: no run but the last may be without a successor.
    const inputs = await inputsOf(handle.workflowId, handle.firstExecutionRunId)
    expect(inputs).toEqual([
      { pagesPerRun: 1 },
      { pagesPerRun: 1, sweepId: handle.firstExecutionRunId, accounts: 200, after: expect.any(String) },
      { pagesPerRun: 1, sweepId: handle.firstExecutionRunId, accounts: 400, after: expect.any(String) },
    ])
    const swept = await world.shop.sql`
      select account_id, count(*) as times, sum(amount)::bigint as amount, min(reference) as sweep
      from points_events where account_id like ${`${member}-%`} and type = 'expired' group by account_id`
    expect(swept).toHaveLength(450)
    for (const row of swept) expect(row).toMatchObject({ times: 1, amount: 1, sweep: handle.firstExecutionRunId })
    expect(await sweep()).toBe(0)
  })
})

/** What each run of a chain was started with. */
async function inputsOf(workflowId: string, firstRunId: string): Promise<unknown[]> {
  const inputs: unknown[] = []
  for (let runId: string | null | undefined = firstRunId; runId; ) {
    const { events } = await world.client.workflow.getHandle(workflowId, runId).fetchHistory()
    const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads
    inputs.push(payloads?.[0] && defaultPayloadConverter.fromPayload(payloads[0]))
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId
  }
  return inputs
}
