import { listLots, listTransactions, readAvailable, readBalance, readLapsingNext } from '#db/points.ts'
import { type CommandInput, createPointsLedger } from '#ledger/ledger.ts'
import { medianTimes } from './measure.ts'
import { bookHistory } from './points-history.ts'
import type { BenchDatabase } from './temporary-database.ts'

const ROUNDS = 200

/** What must cost the same whatever the history may cost this many times as much, because machines are noisy. */
const LIMIT = 3

/**
 * What is asked of an account with 100,000 events over 1,000 days, against the same of one with 10 events. What shows every
 * day cannot cost the same for 5 days, so that is also held against 1,000 days of two events each.
 *
 * @returns what costs more than its limit, a line each
 */
export async function benchLongHistory({ sql, owner }: BenchDatabase, say: (line: string) => void): Promise<string[]> {
  await bookHistory(owner, { accountId: 'long', days: 1_000, perDay: 100 })
  await bookHistory(owner, { accountId: 'sparse', days: 1_000, perDay: 2 })
  await bookHistory(owner, { accountId: 'short', days: 5, perDay: 2 })
  const ledger = createPointsLedger(sql)
  const now = new Date().toISOString()
  const why = { reason: 'bench', reference: 'bench', actor: 'bench' }
  const execute = (accountId: string, command: CommandInput) =>
    ledger.execute({ accountId, key: crypto.randomUUID(), requestHash: '', command })

  const exceeded: string[] = []

  async function compare(
    what: string,
    ask: (accountId: string) => Promise<unknown>,
    { other = 'short', limit = Number.POSITIVE_INFINITY } = {},
  ) {
    const [long, short] = await medianTimes(
      ROUNDS,
      () => ask('long'),
      () => ask(other),
    )
    const ratio = long / short
    const bound = Number.isFinite(limit) ? ` (at most ${limit}x)` : ''
    say(`  ${ratio.toFixed(2)}x  ${what}: ${long.toFixed(2)} ms / ${short.toFixed(2)} ms${bound}`)
    // Written so that a ratio that is no number is too much as well.
    if (!(ratio <= limit)) exceeded.push(`${what}: ${ratio.toFixed(2)}x, at most ${limit}x`)
  }

  const limited = { limit: LIMIT }
  say('an account with 100,000 events over 1,000 days / one with 10 events over 5 days (medians)')
  await compare('what can be spent', (accountId) => readAvailable(sql, accountId, now), limited)
  await compare('what lapses next', (accountId) => readLapsingNext(sql, accountId, now), limited)
  await compare(
    'issue a point',
    (accountId) => execute(accountId, { type: 'issue', amount: 1, ttlDays: 365, ...why }),
    limited,
  )
  await compare('redeem a point', (accountId) => execute(accountId, { type: 'redeem', amount: 1, ...why }), limited)
  await compare('20 lines of the statement', (accountId) => listTransactions(sql, { accountId, limit: 20 }))
  await compare('20 lots', (accountId) => listLots(sql, { accountId, openOnly: false, limit: 20 }))
  say('balance and all days, as GET /points gives them: costs by the number of days listed, not by events')
  await compare('GET /points, 1,000 days with 100,000 events / 5 days with 10', (accountId) =>
    readBalance(sql, accountId),
  )
  await compare(
    'GET /points, 1,000 days with 100,000 events / 1,000 days with 2,000',
    (accountId) => readBalance(sql, accountId),
    {
      other: 'sparse',
      limit: LIMIT,
    },
  )
  return exceeded
}
