import { type CommandWish, createPointsLedger } from '#db/points/ledger.ts'
import { listLots, listTransactions, readAvailable, readBalance, readLapsingNext } from '#db/points/read.ts'
import { medianTimes } from './measure.ts'
import { bookHistory } from './points-history.ts'
import type { BenchDatabase } from './temporary-database.ts'

const ROUNDS = 200

/**
 * What is asked of an account with 100,000 events over 1,000 days, against the same of one with 10 events. What shows every
 * day cannot cost the same for 5 days, so that is also held against 1,000 days of two events each.
 */
export async function benchLongHistory({ sql, owner }: BenchDatabase, say: (line: string) => void): Promise<void> {
  await bookHistory(owner, { accountId: 'long', days: 1_000, perDay: 100 })
  await bookHistory(owner, { accountId: 'sparse', days: 1_000, perDay: 2 })
  await bookHistory(owner, { accountId: 'short', days: 5, perDay: 2 })
  const ledger = createPointsLedger(sql)
  const now = new Date().toISOString()
  const why = { reason: 'bench', reference: 'bench', actor: 'bench' }
  const execute = (accountId: string, wish: CommandWish) =>
    ledger.execute({ accountId, key: crypto.randomUUID(), requestHash: '', wish })

  async function compare(what: string, ask: (accountId: string) => Promise<unknown>, other = 'short') {
    const [long, short] = await medianTimes(
      ROUNDS,
      () => ask('long'),
      () => ask(other),
    )
    say(`  ${(long / short).toFixed(2)}x  ${what}: ${long.toFixed(2)} ms / ${short.toFixed(2)} ms`)
  }

  say('an account with 100,000 events over 1,000 days / one with 10 events over 5 days (medians)')
  await compare('what can be spent', (accountId) => readAvailable(sql, accountId, now))
  await compare('what lapses next', (accountId) => readLapsingNext(sql, accountId, now))
  await compare('20 lines of the statement', (accountId) => listTransactions(sql, { accountId, limit: 20 }))
  await compare('20 lots', (accountId) => listLots(sql, { accountId, openOnly: false, limit: 20 }))
  await compare('issue a point', (accountId) => execute(accountId, { type: 'issue', amount: 1, ttlDays: 365, ...why }))
  await compare('redeem a point', (accountId) => execute(accountId, { type: 'redeem', amount: 1, ...why }))
  await compare('balance and all days, as GET /points (1,000 entries / 5)', (accountId) => readBalance(sql, accountId))
  say('the same account / one with 2,000 events over 1,000 days')
  await compare('balance and all days, as GET /points', (accountId) => readBalance(sql, accountId), 'sparse')
}
