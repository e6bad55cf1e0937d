import { availableParallelism } from 'node:os'
import { runCommand } from '#config/command.ts'
import { audit } from '#db/audit.ts'
import { benchHotAccount } from './bench/hot-account.ts'
import { benchLongHistory } from './bench/long-history.ts'
import { withTemporaryDatabase } from './bench/temporary-database.ts'

/**
 * `npm run bench`: each figure against a baseline measured in the same run, as a ratio, because the figures alone say more
 * about the machine. Exits 1 when a long history costs what it must not, or the books no longer add up afterwards.
 */
runCommand(async () => {
  const say = (line: string) => console.log(line)
  let ok = false
  await withTemporaryDatabase(async (database) => {
    say(`Node ${process.version}, ${availableParallelism()} CPUs, a Postgres of its own\n`)
    const exceeded = await benchLongHistory(database, say)
    say('')
    await benchHotAccount(database, say)
    const report = await audit(database.owner)
    say(`\naudit: ${report.ok ? 'every invariant holds' : JSON.stringify(report, null, 2)}`)
    for (const line of exceeded) say(`TOO SLOW with a long history: ${line}`)
    ok = report.ok && exceeded.length === 0
  })
  return ok ? 0 : 1
})
