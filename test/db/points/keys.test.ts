import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAvailable } from '#db/points.ts'
import { readEvents } from '#db/points-rebuild.ts'
import { createPointsLedger, type PointsAnswer, type PointsRequest } from '#ledger/ledger.ts'
import { interceptSql } from '#test/support/intercepted-sql.ts'
import { everyInterleaving } from '#test/support/interleavings.ts'
import { accepted, commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'

const NOW = '2026-03-01T10:00:00.000Z'
let world: LedgerWorld
let accountId: string

beforeAll(async () => {
  world = await openLedger()
  world.setNow(NOW)
})
afterAll(async () => {
  await world.close()
})
const newAccount = () => `account-${crypto.randomUUID()}`
beforeEach(() => {
  accountId = newAccount()
})

const issue = (amount: number, key?: string): PointsRequest => ({
  accountId,
  ...commandOf({ type: 'issue', amount, ttlDays: 365 }, key),
})
const redeem = (amount: number, key?: string): PointsRequest => ({
  accountId,
  ...commandOf({ type: 'redeem', amount }, key),
})
const undo = (undoes: string, key = `${undoes}/undo`): PointsRequest => ({
  accountId,
  key,
  requestHash: 'undo',
  command: { type: 'undo', undoes, reason: 'test', reference: 'test', actor: 'test' },
})
const execute = (request: PointsRequest) => world.ledger.execute(request)
const available = () => readAvailable(world.sql, accountId, NOW)
const events = async () => (await readEvents(world.sql, accountId)).map(({ type, amount }) => `${type} ${amount}`)
const keyOf = (name: string) => `${accountId}/${name}`
const code = (answer: PointsAnswer | undefined) => (answer?.ok === false ? answer.refusal.code : 'ok')

describe('a key', () => {
  test('gets its answer again, as it was given, whatever happened since', async () => {
    const request = issue(100, keyOf('a'))
    const first = await execute(request)
    await execute(redeem(60))
    const again = await execute(request)
    expect(again).toEqual({ ...first, replayed: true })
    expect(await events()).toEqual(['issued 100', 'redeemed 60'])
  })

  test('gets its refusal again, even when there would be enough by now', async () => {
    const request = redeem(100, keyOf('a'))
    const refused = await execute(request)
    expect(refused).toEqual({ ok: false, refusal: { code: 'insufficient_points', available: 0 }, replayed: false })
    await execute(issue(100))
    expect(await execute(request)).toEqual({ ...refused, replayed: true })
    expect(await available()).toBe(100)
  })

  test('with another body, or of another account, is refused and changes nothing', async () => {
    await execute(issue(100, keyOf('a')))
    const others = [
      issue(101, keyOf('a')),
      redeem(100, keyOf('a')),
      { ...issue(100, keyOf('a')), accountId: newAccount() },
    ]
    for (const other of others) {
      expect(await execute(other)).toEqual({ ok: false, refusal: { code: 'key_reused' }, replayed: false })
    }
    expect(await available()).toBe(100)
  })

  test('that comes again while it waits in the queue, itself or to be undone, is answered in order', async () => {
    const asked = [
      issue(100),
      redeem(60, keyOf('a')),
      redeem(60, keyOf('a')),
      undo(keyOf('a')),
      undo(keyOf('a')),
      undo(keyOf('b')),
      redeem(1, keyOf('b')),
    ]
    const answers = await Promise.all(asked.map(execute))
    expect(answers.map((answer) => `${code(answer)}${answer.replayed ? ', again' : ''}`)).toEqual([
      'ok',
      'ok',
      'ok, again',
      'ok',
      'ok, again',
      'ok',
      'tombstoned, again',
    ])
    expect(await events()).toEqual(['issued 100', 'redeemed 60', 'reversed 60'])
  })

  test('with two bodies at once stands for one of them', async () => {
    for (let round = 0; round < 20; round++) {
      const bodies = [issue(1, keyOf(`${round}`)), issue(2, keyOf(`${round}`))]
      const answers = await Promise.all(bodies.map((body) => createPointsLedger(world.sql).execute(body)))
      expect(answers.map(code).toSorted()).toEqual(['key_reused', 'ok'])
    }
  })

  test('of two accounts at once stands for one of them', async () => {
    for (let round = 0; round < 20; round++) {
      const bodies = [issue(1, keyOf(`${round}`)), { ...issue(1, keyOf(`${round}`)), accountId: newAccount() }]
      const answers = await Promise.all(bodies.map(execute))
      expect(answers.map(code).toSorted()).toEqual(['key_reused', 'ok'])
    }
  })
})

describe('an undo', () => {
  test('of an issue takes it back', async () => {
    await execute(issue(100, keyOf('a')))
    expect(accepted(await execute(undo(keyOf('a'))))).toMatchObject({ transactionType: 'reverse', amount: 100 })
    expect(await available()).toBe(0)
  })

  test('of a part takes back as much, and one of the rest what is left', async () => {
    const issued = accepted(await execute(issue(100, keyOf('a'))))
    const part = undo(keyOf('a'))
    const command = {
      ...part.command,
      amount: 30,
      prefer: [{ lotId: issued.id, amount: 30 }],
    } as PointsRequest['command']
    expect(accepted(await execute({ ...part, key: keyOf('part'), command }))).toMatchObject({ amount: 30, balance: 70 })
    expect(await execute({ ...part, key: keyOf('part'), command })).toMatchObject({ replayed: true })
    expect(accepted(await execute(part))).toMatchObject({ amount: 70, balance: 0 })
  })

  test('of a redemption gives it back', async () => {
    await execute(issue(100))
    await execute(redeem(70, keyOf('a')))
    await execute(undo(keyOf('a')))
    expect(await available()).toBe(100)
  })

  test('twice happens once and is answered alike', async () => {
    await execute(issue(100))
    await execute(redeem(70, keyOf('a')))
    const first = await execute(undo(keyOf('a')))
    expect(await execute(undo(keyOf('a')))).toEqual({ ...first, replayed: true })
    expect(code(await execute(undo(keyOf('a'), keyOf('other'))))).toBe('already_reversed')
    expect(await available()).toBe(100)
  })

  test('of what never happened leaves a tombstone, and it cannot happen any more', async () => {
    await execute(issue(100))
    expect(await execute(undo(keyOf('a')))).toEqual({ ok: true, answer: null, replayed: false })
    const late = await execute(redeem(70, keyOf('a')))
    expect(late).toEqual({ ok: false, refusal: { code: 'tombstoned' }, replayed: true })
    expect(await execute(undo(keyOf('a')))).toMatchObject({ ok: true, answer: null })
    expect(await events()).toEqual(['issued 100'])
  })

  test('of what was refused has nothing to do, and leaves the refusal as it is', async () => {
    await execute(redeem(70, keyOf('a')))
    expect(await execute(undo(keyOf('a')))).toEqual({ ok: true, answer: null, replayed: false })
    expect(code(await execute(redeem(70, keyOf('a'))))).toBe('insufficient_points')
  })

  test('of another account’s command does not touch it', async () => {
    await execute(issue(100, keyOf('a')))
    const stranger = newAccount()
    expect(code(await execute({ ...undo(keyOf('a')), accountId: stranger }))).toBe('unknown_transaction')
    expect(await available()).toBe(100)
  })
})

test('a command that is overtaken again and again gives up like a transaction that could not be serialized', async () => {
  await execute(issue(100))
  const overtaken = interceptSql(world.sql, async (text, send) => {
    if (text.includes('append_points')) await execute(issue(1))
    return await send()
  })
  await expect(createPointsLedger(overtaken).execute(redeem(100))).rejects.toMatchObject({ code: '40001' })
  expect(await available()).toBe(200)
})

/** Two ledgers that know nothing of each other, as in two processes, in every order that their statements can come in. */
describe('in every order of two ledgers’ statements', { timeout: 120_000 }, () => {
  type Round = { before?: PointsRequest[]; requests: PointsRequest[]; check: (answers: PointsAnswer[]) => unknown }

  async function everyOrderOf(round: () => Round) {
    const rounds = await everyInterleaving(world.sql, async () => {
      accountId = newAccount()
      const { before, requests, check } = round()
      for (const request of before ?? []) await execute(request)
      const participants = requests.map(
        (request) => (sql: LedgerWorld['sql']) => createPointsLedger(sql, { clock: async () => NOW }).execute(request),
      )
      return {
        participants,
        check: async (answers) => {
          await check(answers)
          expect(await world.differences(accountId)).toEqual([])
        },
      }
    })
    // A command is two statements: it loads, and it appends.
    expect(rounds).toBeGreaterThanOrEqual(6)
  }

  test('an issue and its undo leave nothing: it was taken back, or never came', async () => {
    const seen = new Set<string>()
    await everyOrderOf(() => ({
      requests: [issue(100, keyOf('a')), undo(keyOf('a'))],
      check: async ([issued, undone]) => {
        expect(undone?.ok).toBe(true)
        expect(await available()).toBe(0)
        seen.add(code(issued))
        expect(await events()).toEqual(issued?.ok ? ['issued 100', 'reversed 100'] : [])
      },
    }))
    expect(seen).toEqual(new Set(['ok', 'tombstoned']))
  })

  test('a redemption and its undo leave the points where they were', async () => {
    const seen = new Set<string>()
    await everyOrderOf(() => ({
      before: [issue(60), issue(40)],
      requests: [redeem(70, keyOf('a')), undo(keyOf('a'))],
      check: async ([redeemed]) => {
        expect(await available()).toBe(100)
        seen.add(code(redeemed))
      },
    }))
    expect(seen).toEqual(new Set(['ok', 'tombstoned']))
  })

  test('a redemption that is refused, and its undo, move nothing', async () => {
    await everyOrderOf(() => ({
      before: [issue(60)],
      requests: [redeem(70, keyOf('a')), undo(keyOf('a'))],
      check: async () => expect(await events()).toEqual(['issued 60']),
    }))
  })

  test('two attempts of one command make one event and get one answer', async () => {
    await everyOrderOf(() => ({
      requests: [issue(100, keyOf('a')), issue(100, keyOf('a'))],
      check: async ([one, other]) => {
        expect(one?.ok && one.answer).toEqual(other?.ok && other.answer)
        expect([one?.replayed, other?.replayed].toSorted()).toEqual([false, true])
        expect(await events()).toEqual(['issued 100'])
      },
    }))
  })

  test('two attempts of one refusal get one answer', async () => {
    await everyOrderOf(() => ({
      requests: [redeem(100, keyOf('a')), redeem(100, keyOf('a'))],
      check: ([one, other]) => {
        expect(one?.ok === false && one.refusal).toEqual(other?.ok === false && other.refusal)
        expect([one?.replayed, other?.replayed].toSorted()).toEqual([false, true])
      },
    }))
  })

  test('a redemption that is refused now and then, and its repeat after points came, are answered alike', async () => {
    const seen = new Set<string>()
    await everyOrderOf(() => ({
      requests: [redeem(100, keyOf('a')), issue(100, keyOf('b'))],
      check: async ([redeemed]) => {
        seen.add(code(redeemed))
        const again = await execute(redeem(100, keyOf('a')))
        expect(code(again)).toBe(code(redeemed))
        expect(await available()).toBe(redeemed?.ok ? 0 : 100)
      },
    }))
    expect(seen).toEqual(new Set(['ok', 'insufficient_points']))
  })

  test('of two redemptions of the last points one gets them', async () => {
    await everyOrderOf(() => ({
      before: [issue(100)],
      requests: [redeem(60), redeem(60)],
      check: async (answers) => {
        expect(answers.map(code).toSorted()).toEqual(['insufficient_points', 'ok'])
        expect(await available()).toBe(40)
      },
    }))
  })

  test('two undos of one command give back once', async () => {
    await everyOrderOf(() => ({
      before: [issue(100), redeem(70, keyOf('a'))],
      requests: [undo(keyOf('a')), undo(keyOf('a'), keyOf('other'))],
      check: async (answers) => {
        expect(answers.map(code).toSorted()).toEqual(['already_reversed', 'ok'])
        expect(await available()).toBe(100)
      },
    }))
  })
})
