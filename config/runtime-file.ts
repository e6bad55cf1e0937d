import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from './environment.ts'

/**
 * A process, distinguished from any later one that gets its pid: the pid alone is recycled, so signalling by it could hit
 * another process.
 */
export const processIdentity = z.object({
  pid: z.number().int().positive(),
  /** When it started, in the form of the operating system; only ever compared for equality. */
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

const runningProcess = processIdentity.extend({ port: z.number().int().optional() })

/**
 * What `npm start` runs and where, so that commands beside it (audit, seed, another worker) find it, and so that the
 * next start knows what a killed one left behind. Entries appear as the parts come up.
 */
const runtime = z.object({
  launcher: processIdentity,
  state: z.enum(['starting', 'running']),
  processes: z.partialRecord(z.enum(['postgres', 'temporal', 'worker', 'api']), runningProcess),
  temporal: z.object({ address: z.string(), namespace: z.string(), external: z.boolean() }).optional(),
  urls: z.object({
    database: z.string().optional(),
    migrateDatabase: z.string().optional(),
    webUi: z.string().optional(),
    api: z.string().optional(),
  }),
})

export type Runtime = z.output<typeof runtime>
export type ProcessName = keyof Runtime['processes']

export function runtimePath(dataDir: string): string {
  return join(dataDir, 'runtime.json')
}

/**
 * @returns undefined if nothing was ever started with this DATA_DIR
 * @throws ConfigurationError if the file is not ours or unreadable
 */
export function readRuntime(dataDir: string): Runtime | undefined {
  const path = runtimePath(dataDir)
  try {
    return runtime.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code))) return undefined
    throw new ConfigurationError(
      `${path} cannot be read (${reason(error)}): make it readable, or delete it and start again.`,
    )
  }
}

/**
 * Replaces the file in one step, readable by its owner only: the URLs carry passwords.
 *
 * @throws ConfigurationError if it cannot be written
 */
export function writeRuntime(dataDir: string, content: Runtime): void {
  const path = runtimePath(dataDir)
  const draft = `${path}.${process.pid}`
  try {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, path)
  } catch (error) {
    throw new ConfigurationError(
      `DATA_DIR ${dataDir} cannot be used (${reason(error)}): set it to a folder that can be written.`,
    )
  }
}

function reason(error: unknown): string {
  if (error instanceof z.ZodError) return 'it does not have the form that this version writes'
  return error instanceof Error ? error.message : String(error)
}
