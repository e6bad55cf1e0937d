import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listTransactions, readAvailable } from '#db/points.ts'
import { readTables } from '#db/points-rebuild.ts'
import type { PointsCommand } from '#domain/points/account.ts'
import { balanceEntries } from '#domain/points/daily-balance.ts'
import type { PointsTables } from '#domain/points/evolve.ts'
import type { PointsAnswer } from '#ledger/ledger.ts'
import { type Action, ledgerActions } from '#test/support/ledger-actions.ts'
import { LedgerModel } from '#test/support/ledger-model.ts'
import { pointsBatches, withLedgerIds } from '#test/support/points-arbitrary.ts'
import { commandOf, type LedgerWorld, openLedger } from '#test/support/points-ledger.ts'
import { numbersOf, PointsModel, type Prediction } from '#test/support/points-model.ts'

let world: LedgerWorld

beforeAll(async () => {
  world = await openLedger()
})
afterAll(async () => {
  await world.close()
})

const newAccount = () => `account-${crypto.randomUUID()}`
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

/** The parts of an answer that a model can know. */
function said(answer: PointsAnswer): Prediction | null {
  if (!answer.ok) return { refused: answer.refusal.code }
  if (answer.answer === null) return null
  const { amount, balance, reversal } = answer.answer
  return { amount, balance, ...(reversal && { ...reversal.notTakenBack, withheld: reversal.withheld }) }
}

/** Everything that Postgres has of the account, but for what keys were answered. */
async function everything(accountId: string) {
  const lines = await listTransactions(world.sql, { accountId, limit: 1000 })
  return { tables: await readTables(world.sql, accountId), lines }
}

async function expectToAddUp({ accountId, counters, lots, daily, allocations }: PointsTables, now: string) {
  expect(counters.balance).toBe(counters.issued - counters.redeemed - counters.expired - counters.takenBack)
  expect(sum(lots.map((lot) => lot.original))).toBe(counters.issued)
  expect(sum(lots.map((lot) => lot.remaining))).toBe(counters.balance)
  expect(sum(lots.map((lot) => lot.expired))).toBe(counters.expired)
  expect(sum(lots.map((lot) => lot.takenBack))).toBe(counters.takenBack)
  expect(sum(daily.map((day) => day.remaining))).toBe(counters.balance)
  expect(sum(allocations.map((allocation) => allocation.amount))).toBe(counters.redeemed)
  const active = balanceEntries(daily, now).filter(({ status }) => status === 'active')
  expect(sum(active.map((entry) => entry.balance))).toBe(await readAvailable(world.sql, accountId, now))
}

test('whatever is asked of an account while time moves on, a count of single points predicts every answer and every lot', async () => {
  const property = fc.asyncProperty(ledgerActions, async (actions) => {
    const accountId = newAccount()
    const model = new LedgerModel(accountId)
    let before = await everything(accountId)
    for (const action of actions) before = await takeStep(model, action, before)
    expect(await world.differences(accountId)).toEqual([])
  })
  // A counterexample is told, though it could be made smaller in more time than a test has.
  await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true })
})

/** One request at the ledger and at the model. @returns what there is then */
async function takeStep(model: LedgerModel, action: Action, before: Awaited<ReturnType<typeof everything>>) {
  world.setNow(action.now)
  const request = model.requestOf(action)
  const { accountId } = before.tables
  const answer = await world.ledger.execute(request)
  const expected = model.predict(action, request, answer)
  expect(said(answer)).toEqual(expected.says)
  expect(answer.replayed).toBe(expected.replayed)
  if (expected.exactly) expect(answer.ok && answer.answer).toEqual(expected.exactly)
  const after = await everything(accountId)
  if (!answer.ok || answer.replayed || answer.answer === null) expect(after).toEqual(before)
  else expect(after.lines.length).toBe(before.lines.length + 1)
  expect(numbersOf(after.tables.lots)).toEqual(model.points.left())
  await expectToAddUp(after.tables, action.now)
  return after
}

test('(the random requests reach every kind of answer, so that the above means something)', async () => {
  const reached = new Set<string>()
  for (const actions of fc.sample(ledgerActions, { numRuns: 120, seed: 4 })) {
    const model = new LedgerModel(newAccount())
    for (const action of actions) {
      world.setNow(action.now)
      const request = model.requestOf(action)
      const answer = await world.ledger.execute(request)
      model.predict(action, request, answer)
      const kind = answer.ok ? (answer.answer?.transactionType ?? 'tombstoned it') : answer.refusal.code
      reached.add(`${action.kind}: ${kind}${answer.replayed ? ', again' : ''}`)
    }
  }
  expect([...reached].sort()).toEqual(
    expect.arrayContaining([
      'command: already_reversed',
      'command: tombstoned, again',
      'command: expire',
      'command: insufficient_points',
      'command: invalid_amount',
      'command: issue',
      'command: not_reversible',
      'command: nothing_to_expire',
      'command: redeem',
      'command: reverse',
      'command: unknown_transaction',
      'other body: key_reused',
      'repeat: insufficient_points, again',
      'repeat: issue, again',
      'repeat: redeem, again',
      'repeat: reverse, again',
      'undo: already_reversed',
      'undo: tombstoned it',
      'undo: not_reversible',
      'undo: reverse',
    ]),
  )
})

test('commands that meet in the queue get the answers that one by one they would', async () => {
  const property = fc.asyncProperty(pointsBatches, async (batches) => {
    const accountId = newAccount()
    const model = new PointsModel()
    const ids = new Map<string, string>()
    for (const batch of batches) {
      const now = batch.at(-1)?.now ?? ''
      world.setNow(now)
      const commands = batch.map((command) => withLedgerIds({ ...command, now } as PointsCommand, ids))
      const answers = await Promise.all(
        commands.map(({ now: _, transactionId: __, ...command }) =>
          world.ledger.execute({ accountId, ...commandOf({ ...command }) }),
        ),
      )
      for (const [index, answer] of answers.entries()) {
        const command = commands[index] as PointsCommand
        const transactionId = answer.ok && answer.answer ? answer.answer.id : crypto.randomUUID()
        ids.set(command.transactionId, transactionId)
        expect(said(answer)).toEqual(model.predict({ ...command, transactionId } as PointsCommand))
      }
    }
    expect(numbersOf((await readTables(world.sql, accountId)).lots)).toEqual(model.left())
    expect(await world.differences(accountId)).toEqual([])
  })
  await fc.assert(property, { numRuns: 80 })
})
