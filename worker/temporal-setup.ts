import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type ConnectionLike, isGrpcServiceError } from '@temporalio/client'
import type { Logger } from '#config/logging.ts'
import { refusalOf } from '#config/temporal.ts'
import { SEARCH_ATTRIBUTES } from '#workflows/contract.ts'
import { ensureSchedules, SCHEDULES } from './schedules.ts'

/** `IndexedValueType` of temporal.api.enums.v1. */
const WIRE_TYPES = { KEYWORD: 2, INT: 3 } as const

const GRPC_ALREADY_EXISTS = 6

/**
 * Registers the search attributes that are missing. Safe to repeat, and to run from two places at once.
 *
 * @returns the names that were registered; `refused` with the reason when the server does not let us
 */
export async function registerSearchAttributes(
  { operatorService }: Pick<ConnectionLike, 'operatorService'>,
  namespace: string,
): Promise<{ registered: string[]; refused?: string }> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes))
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, WIRE_TYPES[type]]))
      await operatorService.addSearchAttributes({ namespace, searchAttributes })
    }
    return { registered: missing.map(({ name }) => name) }
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === GRPC_ALREADY_EXISTS) return { registered: [] }
    const refused = refusalOf(error)
    if (refused === undefined) throw error
    return { registered: [], refused }
  }
}

/** Workers look so often whether anything is missing: what was deleted, or lost with Temporal's state, is back within a minute. */
const EVERY_MS = 30_000
const ATTEMPT_MS = 10_000

/**
 * Sets up schedules and search attributes, and again whenever they are missing. Schedules that are not as they should be are updated
 * once: while a release is rolled out there are workers that have them otherwise, and each would put back its own. Nothing of a purchase
 * waits for it: where it is not permitted, or fails, that is logged once and tried again.
 *
 * @returns once it was tried for the first time; `stop` ends it
 */
export async function keepTemporalSetUp(
  client: Client,
  logger: Logger,
  everyMs: number = EVERY_MS,
): Promise<{ stop(): void }> {
  const stopping = new AbortController()
  const { signal } = stopping
  const parts = [setUpSchedules, setUpSearchAttributes].map((setUp) => ({ setUp, isSetUp: false, logged: '' }))

  async function attempt(): Promise<void> {
    for (const part of parts) {
      const { problem = '', ...found } = await client
        .withDeadline(Date.now() + ATTEMPT_MS, () => part.setUp(client, logger, part.isSetUp))
        .catch((error: unknown) => ({ problem: 'could not be set up', err: error }))
      if (problem !== '' && problem !== part.logged && !signal.aborted) logger.warn(found, problem)
      part.isSetUp ||= problem === ''
      part.logged = problem
    }
  }

  async function repeat(): Promise<void> {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { ref: false, signal }).catch(() => {})
      if (!signal.aborted) await attempt()
    }
  }

  await attempt()
  void repeat()
  return { stop: () => stopping.abort() }
}

type SetUp = { problem?: string; refused?: string }

async function setUpSchedules(client: Client, logger: Logger, isSetUp: boolean): Promise<SetUp> {
  const { changed, refused } = await ensureSchedules(client, SCHEDULES, { update: !isSetUp })
  if (changed.length > 0) logger.info({ schedules: changed }, 'schedules were set up')
  if (refused === undefined) return {}
  return { problem: 'schedules cannot be set up from here: have "npm run migrate" do it', refused }
}

async function setUpSearchAttributes({ connection, options }: Client, logger: Logger): Promise<SetUp> {
  const { registered, refused } = await registerSearchAttributes(connection, options.namespace)
  if (registered.length > 0) logger.info({ searchAttributes: registered }, 'search attributes were registered')
  if (refused === undefined) return {}
  return { problem: 'search attributes cannot be registered from here: have "npm run migrate" do it', refused }
}
