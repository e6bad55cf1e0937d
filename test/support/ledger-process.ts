import { openDatabase } from '#db/client.ts'
import { readClock } from '#db/points.ts'
import { createPointsLedger, type PointsRequest } from '#ledger/ledger.ts'
import { interceptSql } from './intercepted-sql.ts'

/** When a ledger process kills itself, the hard way. */
export type CrashAt = 'never' | 'before' | 'during' | 'after'

/**
 * A ledger in a process of its own, which carries out what its parent sends, everything in one message at once. It can kill
 * itself around the statement that decides: before it is sent, as soon as it is sent, or once it is committed.
 * Usually it is the first such statement; `append` counts further.
 */
const [databaseUrl = '', crashAt = 'never', append = '1', now = ''] = process.argv.slice(2) as [
  string,
  CrashAt,
  string,
  string,
]

const database = openDatabase({ databaseUrl, applicationName: 'ledger-process', maxConnections: 10 })
const decides = /append_points/
let appends = 0
const die = () => process.kill(process.pid, 'SIGKILL')

const sql = interceptSql(database, async (text, send) => {
  if (crashAt === 'never' || !decides.test(text)) return await send()
  appends += 1
  if (appends < Number(append)) return await send()
  if (crashAt === 'before') die()
  const sent = send()
  if (crashAt === 'during') setImmediate(die)
  const rows = await sent
  die()
  return rows
})
const ledger = createPointsLedger(sql, { clock: async () => now || (await readClock(database)) })

process.on('message', async ({ id, requests }: { id: number; requests: PointsRequest[] }) => {
  const answers = await Promise.all(requests.map((request) => ledger.execute(request))).catch(String)
  process.send?.({ id, answers })
})
process.once('disconnect', () => process.exit())
process.send?.('ready')
