import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAvailable } from '#db/points.ts'
import { readEvents } from '#db/points-rebuild.ts'
import type { PointsRequest } from '#ledger/ledger.ts'
import { forkLedger } from '#test/support/ledger-children.ts'
import { commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

const NOW = '2026-03-01T10:00:00.000Z'
let world: LedgerWorld

beforeAll(async () => {
  world = await openLedger()
  world.setNow(NOW)
})
afterAll(async () => {
  await world.close()
})

/** Sends to a process that kills itself, and waits until it and its connections are gone. */
async function crash(crashAt: 'before' | 'during' | 'after', requests: PointsRequest[], append = 1) {
  const child = await forkLedger(world.databaseUrl, { crashAt, append, now: NOW })
  await expect(child.execute(requests)).rejects.toThrow('it died')
  expect(await child.ended).toEqual([null, 'SIGKILL'])
  const connections = () => world.sql`
    select from pg_stat_activity where application_name = 'ledger-process' and datname = current_database()`
  await expect.poll(async () => (await connections()).length).toBe(0)
}

const events = async (accountId: string) =>
  (await readEvents(world.sql, accountId)).map(({ type, amount }) => `${type} ${amount}`)

describe.each([
  ['before', 'between the decision and the append'],
  ['during', 'while the append is under way'],
  ['after', 'when the append is committed, before the answer'],
] as const)('a process that is killed (%s: %s)', (crashAt, _) => {
  const made = async () => {
    const accountId = `account-${crypto.randomUUID()}`
    await world.ledger.execute({ accountId, ...commandOf({ type: 'issue', amount: 100, ttlDays: 365 }) })
    return accountId
  }

  test('leaves one effect, and whoever asks again gets its answer', async () => {
    const accountId = await made()
    const request = { accountId, ...commandOf({ type: 'redeem', amount: 70 }) }
    await crash(crashAt, [request])
    const happened = (await events(accountId)).length === 2
    if (crashAt !== 'during') expect(happened).toBe(crashAt === 'after')
    const [row] = await world.sql`select answer from points_commands where key = ${request.key}`
    const again = await world.ledger.execute(request)
    expect(again).toMatchObject({ ok: true, replayed: happened, answer: { amount: 70, balance: 30 } })
    if (happened) expect(row?.answer).toEqual({ ok: true, answer: again.ok && again.answer })
    expect(await world.ledger.execute(request)).toEqual({ ...again, replayed: true })
    expect(await events(accountId)).toEqual(['issued 100', 'redeemed 70'])
    expect(await world.differences(accountId)).toEqual([])
  })

  test('leaves all or nothing of commands that were to be appended together', async () => {
    const accountId = await made()
    const requests = Array.from({ length: 21 }, () => ({ accountId, ...commandOf({ type: 'redeem', amount: 4 }) }))
    // The first one finds the queue empty and goes alone; the other 20 wait for it and go together.
    await crash(crashAt, requests, 2)
    const redeemed = (await events(accountId)).length - 1
    expect(redeemed).toBeOneOf({ before: [1], during: [1, 21], after: [21] }[crashAt])
    const again = await Promise.all(requests.map((request) => world.ledger.execute(request)))
    expect(again.every(({ ok }) => ok)).toBe(true)
    expect(await readAvailable(world.sql, accountId, NOW)).toBe(100 - 21 * 4)
    expect(await world.differences(accountId)).toEqual([])
  })

  test('leaves a refusal as it was given, or not given at all', async () => {
    const accountId = await made()
    const request = { accountId, ...commandOf({ type: 'redeem', amount: 101 }) }
    await crash(crashAt, [request])
    await world.ledger.execute({ accountId, ...commandOf({ type: 'issue', amount: 1, ttlDays: 365 }) })
    const again = await world.ledger.execute(request)
    if (crashAt === 'before') expect(again).toMatchObject({ ok: true, replayed: false })
    if (crashAt === 'after') expect(again).toMatchObject({ ok: false, refusal: { available: 100 }, replayed: true })
    expect(await world.ledger.execute(request)).toEqual({ ...again, replayed: true })
  })

  test('at an account’s first command leaves an account that works', async () => {
    const accountId = `account-${crypto.randomUUID()}`
    const request = { accountId, ...commandOf({ type: 'issue', amount: 5, ttlDays: 365 }) }
    await crash(crashAt, [request])
    expect(await world.differences(accountId)).toEqual([])
    await world.ledger.execute(request)
    expect(await events(accountId)).toEqual(['issued 5'])
  })

  test('can be undone like one that lived: whatever it did is gone, and cannot come any more', async () => {
    const accountId = await made()
    const request = { accountId, ...commandOf({ type: 'redeem', amount: 70 }) }
    await crash(crashAt, [request])
    const why = { reason: 'test', reference: 'test', actor: 'test' }
    const command = { type: 'undo', undoes: request.key, ...why } as const
    await world.ledger.execute({ accountId, key: `${request.key}/undo`, requestHash: '', command })
    await world.ledger.execute(request)
    expect(await readAvailable(world.sql, accountId, NOW)).toBe(100)
  })
})
