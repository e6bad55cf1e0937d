import { NativeConnection } from '@temporalio/worker'
import type { TemporalTarget } from './connections.ts'
import { temporalConnectionOptions, temporalUnreachable } from './temporal.ts'

/**
 * The worker's connection. Apart from temporal.ts because it loads the SDK's native core, which only a worker needs.
 *
 * @throws ConfigurationError if the server does not answer
 */
export async function connectTemporalWorker(target: TemporalTarget): Promise<NativeConnection> {
  const options = temporalConnectionOptions(target)
  try {
    return await NativeConnection.connect(options)
  } catch (error) {
    throw temporalUnreachable(target, error)
  }
}
