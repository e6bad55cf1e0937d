import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Job, Report } from './explorer-process.ts'

const PROCESS = join(import.meta.dirname, 'explorer-process.ts')

/**
 * Has processes do jobs, each the next one as soon as it is free.
 *
 * @param adminUrl Postgres with the template database (test/support/databases.ts)
 * @param report called as each job is through
 * @returns the reports in the order of the jobs
 */
export async function runJobs(
  adminUrl: string,
  jobs: readonly Job[],
  { processes = 2, report = () => {} }: { processes?: number; report?: (report: Report) => void } = {},
): Promise<Report[]> {
  const reports: Report[] = []
  const waiting = [...jobs.entries()]
  const one = async () => {
    const child = fork(PROCESS, [adminUrl], { execArgv: ['--max-old-space-size=3000'] })
    try {
      await answerOf(child)
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, job] = next
        child.send(job)
        const done = (await answerOf(child)) as Report
        reports[index] = done
        report(done)
      }
    } finally {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      if (child.connected) child.disconnect()
      await ended
    }
  }
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, one))
  return reports
}

/** @throws when the process ends instead */
async function answerOf(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController()
  try {
    return await Promise.race([
      once(child, 'message', gone).then(([message]) => message as unknown),
      once(child, 'exit', gone).then(([code, signal]) => {
        throw new Error(`a process that explores ended with ${code ?? signal}`)
      }),
    ])
  } finally {
    gone.abort()
  }
}
