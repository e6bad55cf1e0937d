import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessIdentity } from '#config/runtime-file.ts'

/** Of the clock that /proc counts in; 100 on every platform that Node runs on (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100

/** What processes are called, and which they are. */
export type Processes = Readonly<Record<string, readonly ProcessIdentity[]>>

/**
 * Begins to measure the CPU time of processes, their children included.
 *
 * @returns asked for it, milliseconds by name since then; nothing where there is no /proc
 */
export function measureProcessorTime(processes: Processes): () => Record<string, number> {
  const names = Object.keys(processes)
  const before = new Map(names.map((name) => [name, ticksOf(processes[name] ?? [])]))
  return () => {
    if (process.platform !== 'linux') return {}
    return Object.fromEntries(
      names.map((name) => {
        const ticks = ticksOf(processes[name] ?? []) - (before.get(name) ?? 0)
        return [name, (ticks / TICKS_PER_SECOND) * 1_000]
      }),
    )
  }
}

function ticksOf(identities: readonly ProcessIdentity[]): number {
  if (process.platform !== 'linux' || identities.length === 0) return 0
  const children = new Map<number, number[]>()
  const ticks = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readStat(entry)
    if (stat === undefined) continue
    ticks.set(Number(entry), stat.ticks)
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(entry)])
  }
  const sum = (pid: number): number =>
    (ticks.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0)
  return identities.reduce((total, { pid }) => total + sum(pid), 0)
}

/**
 * Of /proc/<pid>/stat, by proc_pid_stat(5): its own time and that of the children it has waited for, in ticks. The name of the
 * command may hold spaces and parentheses, so fields are counted from its end.
 */
function readStat(pid: string): { parent: number; ticks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number)
    return { parent: Number(fields[1]), ticks: utime + stime + cutime + cstime }
  } catch {
    return undefined
  }
}
