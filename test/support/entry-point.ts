import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { childEnvironment, type Variables } from '#config/environment.ts'

export type EntryPoint = ReturnType<typeof startEntryPoint>

/**
 * An entry point such as `api/main.ts`, as a process of its own, in production: a worker runs the bundle that was built for all tests.
 *
 * @param changes on top of our environment; `undefined` takes a variable away
 */
export function startEntryPoint(file: string, changes: Variables, args: string[] = []) {
  const child: ChildProcess = fork(join(import.meta.dirname, '../..', file), args, {
    env: childEnvironment({ NODE_ENV: 'production', ...changes }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const written = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (written.out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (written.err += text))
  // Not `close`: it never comes when we are the one to disconnect.
  const streams = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'close'))
  const ended = Promise.all([once(child, 'exit'), ...streams]).then(([[code]]) => ({
    code: code as number | null,
    ...written,
  }))
  return {
    child,
    written,
    /** Exit code and everything it wrote. */
    ended,
    /** Resolves once it says that it is ready; rejects if it ends before that. */
    ready: Promise.race([
      once(child, 'message'),
      ended.then(({ code, err }) => Promise.reject(new Error(`${file} ended with code ${code}: ${err}`))),
    ]),
  }
}

/** Runs a command to its end. */
export async function runEntryPoint(file: string, changes: Variables, args: string[] = []) {
  const { ready, ended } = startEntryPoint(file, changes, args)
  ready.catch(() => {})
  return await ended
}
