import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { ID } from '#domain/names.ts'
import { ConfigurationError } from './environment.ts'

/**
 * Runs an entry point. It may return its exit code. An error that the user can correct is printed in one line; any
 * other with its stack, because it is a defect. Both end the process with code 1.
 */
export function runCommand(main: (() => Promise<number>) | (() => Promise<void>)): void {
  process.on('unhandledRejection', fail)
  process.on('uncaughtException', fail)
  main().then((exitCode) => {
    if (typeof exitCode === 'number') process.exitCode = exitCode
  }, fail)
}

/** The options that a command was given. @throws ConfigurationError for others, and for arguments that are none */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(options: Options) {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    throw new ConfigurationError((error as Error).message)
  }
}

/** @throws ConfigurationError for what cannot be the name of a client: nothing would ever be for it */
export function requireClientNames(clients: readonly string[]): void {
  const wrong = clients.find((client) => !ID.test(client))
  if (wrong !== undefined)
    throw new ConfigurationError(`--client ${JSON.stringify(wrong)} cannot be the name of a client.`)
}

function fail(error: unknown): never {
  process.stderr.write(`${describeFailure(error)}\n`)
  process.exit(1)
}

/** What the user gets to see of an error that ends a command. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return `Failed: ${String(error)}`
  if (error instanceof ConfigurationError) return error.message
  return describeUnreachable(error) ?? error.stack ?? error.message
}

/** Codes of errors of Node and `postgres` when a server is not there or refuses the connection. */
const unreachable: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its host name is unknown',
  EHOSTUNREACH: 'no way leads there',
  ETIMEDOUT: 'it does not answer',
  CONNECT_TIMEOUT: 'it does not answer',
  CONNECTION_WAIT_TIMEOUT: 'it does not answer',
  STATEMENT_DEADLINE: 'it does not answer',
  // SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
  '28P01': 'it refuses the password',
  '28000': 'it refuses the user',
  '3D000': 'it has no such database',
  '57P03': 'it is still starting or stopping',
}

function describeUnreachable(error: Error): string | undefined {
  const { code, address, port } = error as Error & { code?: unknown; address?: unknown; port?: unknown }
  const why = typeof code === 'string' ? unreachable[code] : undefined
  if (why === undefined) return undefined
  const where = address === undefined ? '' : ` at ${address}${port === undefined ? '' : `:${port}`}`
  return `A server${where} cannot be used: ${why} (${code}). Run "npm start", or check DATABASE_URL and TEMPORAL_ADDRESS.`
}
