import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { audit } from '#db/audit.ts'
import { type Database, openDatabase } from '#db/client.ts'
import { readAvailable } from '#db/points.ts'
import { readEvents } from '#db/points-rebuild.ts'
import type { Instant } from '#domain/points/account.ts'
import { createPointsLedger, type PointsAnswer, type PointsLedger, type PointsRequest } from '#ledger/ledger.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

const NOW: Instant = '2026-03-01T10:00:00.000Z'
let world: LedgerWorld
/** Each test has accounts of its own. */
let run = 0

beforeAll(async () => {
  world = await openLedger({ connections: 30 })
})
beforeEach(() => {
  run += 1
})
afterAll(async () => {
  const report = await audit(world.sql)
  await world.close()
  expect(report.invariants.filter(({ violations }) => violations.length > 0)).toEqual([])
})

const openOther = (sql: Database = world.sql) => createPointsLedger(sql, { clock: async () => NOW })

/** A purchase that there is not, for the timeline: Postgres refuses the whole batch that it is in. */
const IMPOSSIBLE = '00000000-0000-4000-8000-000000000000'
const fails: NonNullable<PointsRequest['with']> = () => ({
  timeline: [{ purchaseId: IMPOSSIBLE, step: 'redeemPoints', state: 'applied', detail: {} }],
})

type Step = { account: number; amount: number; issues: boolean; fails: boolean; ledger: number; pause: boolean }

/** Mostly commands that meet: only after some of them, whoever sends waits until all before it are answered. */
const steps = fc.array(
  fc.record<Step>({
    account: fc.nat({ max: 4 }),
    amount: fc.integer({ min: 1, max: 20 }),
    issues: fc.boolean(),
    fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    ledger: fc.nat({ max: 2 }),
    pause: fc.integer({ min: 0, max: 14 }).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 60 },
)

function requestOf(
  name: string,
  { account, amount, issues, fails: isImpossible }: Step,
  position: number,
): PointsRequest {
  const command = issues ? { type: 'issue' as const, amount, ttlDays: 30 } : { type: 'redeem' as const, amount }
  const request = { accountId: `${name}-${account}`, ...commandOf(command, `${name}/${position}`) }
  return isImpossible ? { ...request, with: fails } : request
}

type Told = { amount: number; balance: number } | { refused: string; available?: number } | { failed: string }

function told(result: PromiseSettledResult<PointsAnswer>): Told {
  if (result.status === 'rejected') return { failed: String(result.reason.code) }
  const answer = result.value
  if (!answer.ok) return { refused: answer.refusal.code, ...answer.refusal }
  return { amount: answer.answer?.amount ?? 0, balance: answer.answer?.balance ?? 0 }
}

/** What comes of steps that are sent as they say, to ledgers that know nothing of each other. */
async function sendTogether(ledgers: PointsLedger[], name: string, all: readonly Step[]) {
  const sent: Promise<PointsAnswer>[] = []
  for (const [position, step] of all.entries()) {
    if (step.pause) await Promise.allSettled(sent)
    const ledger = ledgers[step.ledger % ledgers.length] as PointsLedger
    sent.push(ledger.execute(requestOf(name, step, position)))
  }
  return await Promise.allSettled(sent)
}

describe('commands on many accounts, some of which cannot be booked', { timeout: 240_000 }, () => {
  test('get in one ledger the answers that they would get one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        run += 1
        const together = await sendTogether([openOther()], `together-${run}`, all)
        const alone = await sendTogether(
          [openOther()],
          `alone-${run}`,
          all.map((step) => ({ ...step, pause: true })),
        )
        expect(together.map(told)).toEqual(alone.map(told))
        for (const [position, step] of all.entries()) {
          const result = together[position]
          // A refusal has no effect that could commit with anything.
          const isRefused = result?.status === 'fulfilled' && !result.value.ok
          expect(result?.status).toBe(step.fails && !isRefused ? 'rejected' : 'fulfilled')
        }
        for (const account of [0, 1, 2, 3, 4]) expect(await world.differences(`together-${run}-${account}`)).toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  test('come in several ledgers to what some order of them comes to, in which each ledger keeps its own', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        run += 1
        const name = `several-${run}`
        const results = await sendTogether([openOther(), openOther(), openOther()], name, all)
        for (const account of [0, 1, 2, 3, 4]) await expectOneOrder(name, account, all, results)
      }),
      { numRuns: 25 },
    )
  })
})

/** That the answers of an account are those of its commands in the order of their versions. */
async function expectOneOrder(
  name: string,
  account: number,
  all: readonly Step[],
  results: readonly PromiseSettledResult<PointsAnswer>[],
) {
  const accountId = `${name}-${account}`
  const events = await readEvents(world.sql, accountId)
  const versionOf = new Map(events.map(({ transactionId, version }) => [transactionId, version]))
  const balances = new Set([0])
  let balance = 0
  const balanceAt = new Map<number, number>()
  for (const { version, type, amount } of events) {
    balance += type === 'issued' ? amount : -amount
    expect(balance).toBeGreaterThanOrEqual(0)
    balances.add(balance)
    balanceAt.set(version, balance)
  }
  const last = [0, 0, 0]
  let booked = 0
  for (const [position, step] of all.entries()) {
    if (step.account !== account) continue
    const result = results[position] as PromiseSettledResult<PointsAnswer>
    if (result.status === 'rejected') {
      expect([step.fails, result.reason.code]).toEqual([true, 'US003'])
      expect(await world.sql`select from points_commands where key = ${`${name}/${position}`}`).toHaveLength(0)
      continue
    }
    const { value } = result
    if (!value.ok) {
      expect(value.refusal).toMatchObject({ code: 'insufficient_points' })
      if (value.refusal.code === 'insufficient_points') expect(balances).toContain(value.refusal.available)
      continue
    }
    booked += 1
    const version = versionOf.get(value.answer?.id ?? '') ?? 0
    expect(version).toBeGreaterThan(last[step.ledger] ?? 0)
    last[step.ledger] = version
    expect([value.answer?.amount, value.answer?.balance]).toEqual([step.amount, balanceAt.get(version)])
  }
  expect(events).toHaveLength(booked)
  expect(await world.differences(accountId)).toEqual([])
}

/** A ledger with a record of what it sends, and of how much of it was under way at once. */
function observed() {
  const seen = { loads: 0, appends: 0, atOnce: 0, most: 0, refused: [] as unknown[] }
  const sql = interceptSql(world.sql, async (text, send) => {
    if (text.includes('load_points')) seen.loads += 1
    if (!text.includes('append_points')) return await send()
    seen.appends += 1
    seen.atOnce += 1
    seen.most = Math.max(seen.most, seen.atOnce)
    const rows = (await send()) as { answer: object }[]
    seen.atOnce -= 1
    seen.refused.push(...Object.entries(rows[0]?.answer ?? {}))
    return rows
  })
  return { seen, ledger: openOther(sql) }
}

const issue = (accountId: string, more: Partial<PointsRequest> = {}): PointsRequest => ({
  accountId,
  ...commandOf({ type: 'issue', amount: 1, ttlDays: 30 }),
  ...more,
})

describe('a ledger', () => {
  test('appends what meets in few batches, several of them at once, and never loses a race against itself', async () => {
    const { seen, ledger } = observed()
    const send = async (n: number) => {
      for (let round = 0; round < 10; round++) await ledger.execute(issue(`own-${run}-${(n * (round + 1)) % 23}`))
    }
    await Promise.all(Array.from({ length: 100 }, (_, n) => send(n)))
    expect(seen.refused).toEqual([])
    expect(seen.loads).toBe(seen.appends)
    expect(seen.appends).toBeLessThan(1_000 / 4)
    expect(seen.most).toBeGreaterThan(1)
    expect(seen.most).toBeLessThanOrEqual(4)
  })

  test('splits a batch until the command that cannot be booked stands alone: all others are booked, in their order', async () => {
    const { seen, ledger } = observed()
    const accounts = Array.from({ length: 64 }, (_, n) => `split-${run}-${n}`)
    const results = await Promise.allSettled([
      ...accounts.map((accountId, n) => ledger.execute(issue(accountId, n === 40 ? { with: fails } : {}))),
      ...accounts.map((accountId) => ledger.execute(issue(accountId))),
    ])
    expect(results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([40])
    // Halves of halves, not each of 127 on its own.
    expect(seen.appends).toBeLessThan(30)
    expect(await readAvailable(world.sql, accounts[39] ?? '', NOW)).toBe(2)
    expect(await readAvailable(world.sql, accounts[40] ?? '', NOW)).toBe(1)
  })

  test('has nobody of a batch wait for an account that somebody else holds', async () => {
    const { seen, ledger } = observed()
    const accounts = Array.from({ length: 20 }, (_, n) => `held-${run}-${n}`)
    await Promise.all(accounts.map((accountId) => ledger.execute(issue(accountId))))
    const owner = openDatabase({ databaseUrl: world.migrateDatabaseUrl, applicationName: 'owner', maxConnections: 1 })
    const before = seen.appends
    let isAnswered = false
    const waiting = await owner.begin(async (sql) => {
      await sql`select from points_accounts where account_id = ${accounts[7] ?? ''} for no key update`
      const sent = accounts.map((accountId) => ledger.execute(issue(accountId)))
      const held = sent.splice(7, 1)[0]?.finally(() => {
        isAnswered = true
      })
      await Promise.all(sent)
      expect(isAnswered).toBe(false)
      // The first that came, the others in two batches, and the one that waits: nothing was tried again.
      expect(seen.appends - before).toBeLessThanOrEqual(4)
      return { held }
    })
    await owner.end({ timeout: 5 })
    expect(await waiting.held).toMatchObject({ ok: true, answer: { balance: 2 } })
  })
})
