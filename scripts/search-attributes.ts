import { type Connection, isGrpcServiceError } from '@temporalio/client'
import type { TemporalTarget } from '#config/connections.ts'
import { refusalOf } from '#config/temporal.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'

/** `IndexedValueType` of temporal.api.enums.v1, and what the CLI calls it. */
const TYPES = {
  KEYWORD: { wire: 2, cli: 'Keyword' },
  INT: { wire: 3, cli: 'Int' },
} as const

const GRPC_ALREADY_EXISTS = 6

/**
 * Registers the search attributes that are missing. Safe to repeat, and to run from two places at once.
 *
 * @returns the names that were registered; `refused` with the reason when the server does not let us
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<{ registered: string[]; refused?: string }> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes))
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, TYPES[type].wire]))
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes })
    }
    return { registered: missing.map(({ name }) => name) }
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === GRPC_ALREADY_EXISTS) return { registered: [] }
    const refused = refusalOf(error)
    if (refused === undefined) throw error
    return { registered: [], refused }
  }
}

/** What an operator with the rights to do it has to run. */
export function searchAttributeCommands({ address, namespace }: TemporalTarget): string {
  return SEARCH_ATTRIBUTES.map(
    ({ name, type }) =>
      `  temporal operator search-attribute create --address ${address} --namespace ${namespace} --name ${name} --type ${TYPES[type].cli}`,
  ).join('\n')
}
