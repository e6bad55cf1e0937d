import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/**
 * A process, told apart from any later one that gets its pid: the pid alone is recycled, so signalling by it could hit
 * a stranger.
 */
export const processIdentity = z.object({
  pid: z.number().int().positive(),
  /** When it started, in whatever form the operating system tells; only ever compared for equality. */
  startedAt: z.string(),
})

export type ProcessIdentity = z.output<typeof processIdentity>

/** The identity of a process that runs now; undefined if there is none with this pid, or only its unreaped remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/** Whether this very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt
}

/**
 * Ticks since boot, with the boot they belong to: after a reboot the same pid may start at the same tick.
 * Fields of /proc/<pid>/stat follow proc_pid_stat(5); the command name may hold spaces and parentheses, so they are
 * counted from its end.
 */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, startTicks] = [fields[0], fields[19]]
    if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${startTicks}`
  } catch {
    return undefined
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8', stdio }).trim()
    const [state, ...start] = line.split(/\s+/)
    return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join(' ')
  } catch {
    return undefined
  }
}
