import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from '#config/environment.ts'
import { identify, isAlive, type ProcessIdentity } from '#config/runtime-file.ts'
import { postgresStopSteps, stopProcess } from './stop-process.ts'

/**
 * Ends what still runs on a cluster's files after its launcher was killed, and clears away a `postmaster.pid` whose
 * pid by now belongs to a stranger (Postgres would refuse to start, taking the stranger for its predecessor).
 *
 * @throws ConfigurationError if a predecessor cannot be stopped
 */
export async function stopLeftoverPostgres(dataFolder: string, say: (line: string) => void): Promise<void> {
  const pidFile = join(dataFolder, 'postmaster.pid')
  const postmaster = readPostmaster(pidFile)
  const leftovers = serversIn(dataFolder)
  const running = leftovers.filter((leftover) => leftover.pid === postmaster?.pid)
  // The postmaster first: it ends its backends in an orderly way.
  for (const leftover of [...running, ...leftovers]) {
    if (!isAlive(leftover)) continue
    say(`stopping Postgres (pid ${leftover.pid}), which a killed start left behind`)
    if (await stopProcess(leftover, postgresStopSteps)) continue
    throw new ConfigurationError(
      `Postgres (pid ${leftover.pid}) still runs on ${dataFolder} and does not stop: end it by hand.`,
    )
  }
  const stranger = postmaster !== undefined && running.length === 0
  if (stranger && process.platform === 'linux') rmSync(pidFile, { force: true })
}

function readPostmaster(pidFile: string): ProcessIdentity | undefined {
  try {
    return identify(Number(readFileSync(pidFile, 'utf8').split('\n')[0]))
  } catch {
    return undefined
  }
}

/**
 * Every process of a cluster, postmaster and backends alike, works in its data folder; so may a shell of somebody who
 * looks around there, which is none of ours. Only Linux lets us look; on other systems the launcher's runtime file and
 * Postgres's own lock are all there is.
 */
function serversIn(folder: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return []
  const real = realpathSync(folder)
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const servers = pids.filter(
    (pid) => linkOf(pid, 'cwd') === real && /\/postgres( \(deleted\))?$/.test(linkOf(pid, 'exe')),
  )
  return servers.map((pid) => identify(Number(pid))).filter((found) => found !== undefined)
}

function linkOf(pid: string, name: 'cwd' | 'exe'): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`)
  } catch {
    return ''
  }
}
