import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { ConfigurationError } from '#config/environment.ts'

const LOOPBACK = '127.0.0.1'

/**
 * A port that is free now on loopback: the preferred one if possible, else one that the operating system picks.
 */
export async function freePort(preferred?: number): Promise<number> {
  return (preferred === undefined ? undefined : await tryPort(preferred, LOOPBACK)) ?? (await tryPort(0, LOOPBACK)) ?? 0
}

/** A port that the user can choose. */
export interface ChosenPort {
  readonly port: number
  /** The environment variable that chooses it. */
  readonly variable: string
  readonly host?: string
}

/**
 * @throws ConfigurationError naming the first port that is taken, its variable, and what holds it if that can be found out
 */
export async function requireFreePorts(chosen: readonly ChosenPort[]): Promise<void> {
  for (const { port, variable, host } of chosen) {
    const same = chosen.find((other) => other.port === port && other.variable !== variable)
    if (same !== undefined)
      throw new ConfigurationError(`${variable} and ${same.variable} are both ${port}: change one.`)
    if ((await tryPort(port, host ?? LOOPBACK)) !== undefined) continue
    const holder = describeHolder(port)
    const by = holder === undefined ? '' : ` by ${holder}`
    throw new ConfigurationError(`Port ${port} is taken${by}: stop what uses it, or set ${variable} to a free port.`)
  }
}

/** Listens for a moment; undefined if the port is taken. */
function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(new ConfigurationError(`Cannot listen on ${host}:${port} (${error.code}): choose another port.`))
    })
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}

/** Best effort: `lsof` or `ss`, whichever is there, and only processes that this user may see. */
function describeHolder(port: number): string | undefined {
  const pid =
    output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'])?.match(/^\d+/)?.[0] ??
    output('ss', ['-Hltnp', 'sport', '=', `:${port}`])?.match(/pid=(\d+)/)?.[1]
  if (pid === undefined) return undefined
  const command = output('ps', ['-o', 'args=', '-p', pid])?.trim() ?? 'a process'
  return `"${command.length > 60 ? `${command.slice(0, 60)}...` : command}" (pid ${pid})`
}

function output(command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 2_000 })
  } catch {
    return undefined
  }
}
