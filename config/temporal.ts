import {
  type Client,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import type { NativeConnection } from '@temporalio/worker'
import type { TemporalTarget } from './connections.ts'
import { ConfigurationError } from './environment.ts'

/** What `Connection` and `NativeConnection` both take. */
export interface TemporalConnectionOptions {
  readonly address: string
  readonly apiKey?: string
  readonly tls?: NonNullable<ConnectionOptions['tls']>
  readonly metadata?: Record<string, string>
}

/**
 * Connection options for a Temporal server. An external one gets TLS, API key and headers from the `TEMPORAL_*`
 * variables and the profile file of Temporal's environment configuration
 * (https://docs.temporal.io/develop/environment-configuration); our own dev server gets none of that, so that a key
 * meant for another server is never sent to it.
 */
export function temporalConnectionOptions(target: TemporalTarget): TemporalConnectionOptions {
  if (!target.external) return { address: target.address }
  return { ...loadProfile(), address: target.address }
}

/**
 * A client connection that is known to work.
 *
 * @throws ConfigurationError if the server does not answer within the client's time limit (10 s)
 */
export async function connectTemporal(target: TemporalTarget): Promise<Connection> {
  try {
    return await Connection.connect(temporalConnectionOptions(target))
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw temporalUnreachable(target, error)
  }
}

/**
 * The worker's connection. The SDK's native core, which only a worker needs, is loaded here and not before.
 *
 * @throws ConfigurationError if the server does not answer
 */
export async function connectTemporalWorker(target: TemporalTarget): Promise<NativeConnection> {
  const { NativeConnection } = await import('@temporalio/worker')
  try {
    return await NativeConnection.connect(temporalConnectionOptions(target))
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw temporalUnreachable(target, error)
  }
}

/** INVALID_ARGUMENT (no more room), NOT_FOUND (namespace), PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED. */
const GRPC_REFUSED = [3, 5, 7, 12, 16]

/** Why the server does not let us do something, neither now nor later; undefined for any other error. */
export function refusalOf(error: unknown): string | undefined {
  const grpcError = error instanceof ServiceError ? error.cause : error
  return isGrpcServiceError(grpcError) && GRPC_REFUSED.includes(grpcError.code)
    ? grpcError.details || grpcError.message
    : undefined
}

function grpcCodeOf(error: unknown): number | undefined {
  const grpcError = error instanceof ServiceError ? error.cause : error
  return isGrpcServiceError(grpcError) ? grpcError.code : undefined
}

/** INVALID_ARGUMENT */
const GRPC_INVALID = 3

/**
 * Starts a workflow. Search attributes are for people who search: where the server does not know them, it is started without.
 *
 * @throws WorkflowExecutionAlreadyStartedError, as the policies of the options say
 */
export async function startWorkflow(
  client: Client,
  workflowType: string,
  { typedSearchAttributes, searchAttributes, signal, ...options }: WorkflowToStart,
): Promise<WorkflowHandle> {
  const start = (all: typeof options) =>
    signal === undefined
      ? client.workflow.start(workflowType, all)
      : client.workflow.signalWithStart(workflowType, { signal, ...all })
  try {
    return await start({
      ...options,
      ...(typedSearchAttributes && { typedSearchAttributes }),
      ...(searchAttributes && { searchAttributes }),
    })
  } catch (error) {
    if (grpcCodeOf(error) !== GRPC_INVALID) throw error
    return await start(options)
  }
}

/** `signal`: what it is sent, whether it was running or is started. */
type WorkflowToStart = WorkflowStartOptions & { args: unknown[]; signal?: string }

/** Starts a workflow, also when one of its id has ended. @returns false when one is open */
export async function startUnlessOpen(
  client: Client,
  workflowType: string,
  options: WorkflowStartOptions & { args: unknown[] },
): Promise<boolean> {
  try {
    const workflowIdReusePolicy = WorkflowIdReusePolicy.ALLOW_DUPLICATE
    await startWorkflow(client, workflowType, { ...options, workflowIdReusePolicy })
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false
    throw error
  }
}

/** @returns `result`: what one that has completed came to. One that Temporal does not know (any more) is not open. */
export async function readWorkflow(client: Client, workflowId: string): Promise<{ isOpen: boolean; result?: unknown }> {
  try {
    const { status, runId } = await client.workflow.getHandle(workflowId).describe()
    if (status.name !== 'COMPLETED') return { isOpen: status.name === 'RUNNING' || status.name === 'PAUSED' }
    return { isOpen: false, result: await client.workflow.getHandle(workflowId, runId).result() }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { isOpen: false }
    throw error
  }
}

function temporalUnreachable(target: TemporalTarget, error: unknown): ConfigurationError {
  const text = error instanceof Error ? error.message : String(error)
  // The native core wraps the operating system's message in several layers of its own.
  const why = /\bmessage: "([^"]+)"/.exec(text)?.[1] ?? text.split('\n')[0]
  const remedy = target.external
    ? 'check TEMPORAL_ADDRESS and the other TEMPORAL_ variables'
    : 'start it with "npm start"'
  return new ConfigurationError(`Temporal at ${target.address} cannot be reached (${why}): ${remedy}.`)
}

function loadProfile(): Omit<TemporalConnectionOptions, 'address'> {
  try {
    // As JSON-like data it has the shape declared here; the SDK's types also allow forms that it never returns.
    const { apiKey, tls, metadata } = loadClientConnectConfig().connectionOptions as TemporalConnectionOptions
    return { ...(apiKey && { apiKey }), ...(tls !== undefined && { tls }), ...(metadata && { metadata }) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`The TEMPORAL_ variables or Temporal's profile file cannot be used: ${why}.`)
  }
}
