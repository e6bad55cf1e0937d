import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import type { Sql } from '#db/client.ts'
import {
  type AnsweredCommand,
  type Append,
  type AppendOutcome,
  appendPoints,
  type KnownCommand,
  loadAccount,
  readClock,
  readKnownCommands,
  type SideWrites,
  type StoredAnswer,
} from '#db/points.ts'
import type { Instant, PointsCommand, PointsEvent } from '#domain/points/account.ts'
import { type Answered, decideAll, loadFor } from '#domain/points/decide.ts'

/** A command without clock and id: those are the ledger's. */
export type CommandInput = PointsCommand extends infer Command
  ? Command extends PointsCommand
    ? Omit<Command, 'now' | 'transactionId'>
    : never
  : never

/**
 * Undoes what another key did or, when that has not happened, tombstones it, so that it can no longer happen: the compensation
 * of a command whose report may have been lost. Nothing is left to do for a command that was refused.
 */
export type UndoInput = { type: 'undo'; undoes: string; reason: string; reference: string; actor: string }

export type PointsRequest = {
  accountId: string
  /** The same key gets the same answer, whatever it asks for the second time. */
  key: string
  /** Of what is asked for: the same key with another hash is refused. */
  requestHash: string
  command: CommandInput | UndoInput
  /** What commits with the command's event, and only with it. The ledger passes it on as it is. */
  with?: (answer: Extract<Answered, { ok: true }>['answer']) => Partial<SideWrites>
}

export type PointsAnswer =
  | (StoredAnswer & { replayed: boolean })
  /** An undo that found nothing to undo. */
  | { ok: true; answer: null; replayed: boolean }
  | { ok: false; refusal: { code: 'key_reused' }; replayed: false }
  /** What should commit with it cannot, for now or for ever. Nothing happened, and nothing is remembered. */
  | { ok: false; refusal: { code: 'over_cap' | 'award_closed' }; replayed: false }

export type PointsLedger = { execute: (request: PointsRequest) => Promise<PointsAnswer> }

/** SQLSTATE. */
const DEADLOCK = '40P01'

/** Another append can win the race for an account's next version; with so many in a row, something else is wrong. */
const MAX_ATTEMPTS = 100

export type LedgerOptions = {
  /** Defaults to the database's. */
  clock?: () => Promise<Instant>
  /** What commits with events because of what they reverse, whoever asked for it. */
  alsoCommits?: (sql: Sql, events: readonly PointsEvent[]) => Promise<Partial<SideWrites>>
}

/**
 * The points aggregate: loads, decides, appends. Commands for one account that meet in this process are decided and
 * appended together; those of other processes meet at the account's version, and whoever comes second decides again.
 */
export function createPointsLedger(sql: Sql, options: LedgerOptions = {}): PointsLedger {
  const { clock = () => readClock(sql), alsoCommits = async () => ({}) } = options
  const aggregate: Aggregate = { sql, clock, alsoCommits }
  const queue = createCommandQueue<PointsRequest, PointsAnswer>({
    work: (accountId, requests) => executeAll(aggregate, accountId, requests),
    keysOf,
    isOfOneRequest,
  })
  return { execute: (request) => queue.put(request.accountId, request) }
}

type Aggregate = { sql: Sql } & Required<LedgerOptions>

/** One answer per request, in their order. */
async function executeAll(aggregate: Aggregate, accountId: string, requests: PointsRequest[]): Promise<PointsAnswer[]> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const answers = await tryAll(aggregate, accountId, requests)
    if (answers === 'version_conflict') continue
    if (typeof answers !== 'string') return answers
    if (requests.length === 1) return [{ ok: false, refusal: { code: answers }, replayed: false }]
    throw new BatchRefused(answers)
  }
  const problem = `points account ${accountId} kept changing while ${requests.length} commands were decided`
  throw Object.assign(new Error(problem), { code: SERIALIZATION_FAILURE })
}

/** The SQLSTATE that Postgres itself would use: nothing happened, and it is worth another try. */
const SERIALIZATION_FAILURE = '40001'

/** One of a batch cannot be booked, or all of them together cannot. */
class BatchRefused extends Error {}

/** Whether a batch failed for one of its requests, and not for all alike: then each is tried on its own. */
function isOfOneRequest(error: unknown): boolean {
  if (error instanceof BatchRefused) return true
  // These classes are about connections, read-only servers, races, resources, locks and operators: each request would wait in turn.
  return error instanceof postgres.PostgresError && !/^(08|25|40|53|55|57)/.test(error.code)
}

async function tryAll(
  { sql, clock, alsoCommits }: Aggregate,
  accountId: string,
  requests: PointsRequest[],
): Promise<PointsAnswer[] | Exclude<AppendOutcome, 'appended'>> {
  const now = await clock()
  const known = await readKnownCommands(sql, requests.flatMap(keysOf))
  const resolved = requests.map((request) => resolve(request, known, now))
  const decided = await decideCommands(
    sql,
    accountId,
    resolved.flatMap((one) => (one.command ? [one.command] : [])),
  )
  const commands: AnsweredCommand[] = []
  const sideWrites = [await alsoCommits(sql, decided.events)]
  const answers = resolved.map((one): PointsAnswer => {
    if (!one.command) {
      commands.push(...one.remember)
      return one.answer
    }
    const answer = decided.answerTo(one.command)
    const { key, requestHash } = one.request
    commands.push({ key, requestHash, answer })
    if (answer.ok && one.request.with) sideWrites.push(one.request.with(answer.answer))
    return { ...answer, replayed: false }
  })
  const { expectedVersion, events, balances } = decided
  const append = { accountId, expectedVersion, events, balances, commands, ...together(sideWrites) }
  const stored = await store(sql, append)
  return stored === 'appended' ? answers : stored
}

function together(sideWrites: Partial<SideWrites>[]): SideWrites {
  return {
    timeline: sideWrites.flatMap(({ timeline = [] }) => timeline),
    awards: sideWrites.flatMap(({ awards = [] }) => awards),
    grants: sideWrites.flatMap(({ grants = [] }) => grants),
  }
}

function keysOf({ key, command: input }: PointsRequest): string[] {
  return input.type === 'undo' ? [key, input.undoes] : [key]
}

type Resolved =
  | { command: PointsCommand; request: PointsRequest }
  | { command?: never; answer: PointsAnswer; remember: AnsweredCommand[] }

/** What a request comes to, given what its keys were answered before: a command to decide, or an answer right away. */
function resolve(request: PointsRequest, known: Map<string, KnownCommand>, now: Instant): Resolved {
  const { key, requestHash, accountId, command: input } = request
  const before = known.get(key)
  if (before && isTombstone(before.answer)) return { answer: { ...before.answer, replayed: true }, remember: [] }
  if (before && (before.requestHash !== requestHash || before.accountId !== accountId)) {
    return { answer: { ok: false, refusal: { code: 'key_reused' }, replayed: false }, remember: [] }
  }
  if (before) return { answer: { ...before.answer, replayed: true }, remember: [] }
  if (input.type !== 'undo') return { command: { ...input, now, transactionId: uuidv7() }, request }

  const undone = known.get(input.undoes)
  if (undone?.answer.ok) {
    const { type: _, undoes: __, ...why } = input
    const command = {
      ...why,
      type: 'reverse' as const,
      reverses: undone.answer.answer.id,
      now,
      transactionId: uuidv7(),
    }
    return { command, request }
  }
  const tombstone = { key: input.undoes, requestHash: '', answer: TOMBSTONE }
  return { answer: { ok: true, answer: null, replayed: false }, remember: undone ? [] : [tombstone] }
}

const TOMBSTONE: StoredAnswer = { ok: false, refusal: { code: 'tombstoned' } }

/** Who tombstones a key does not know what it would have stood for. */
function isTombstone(answer: StoredAnswer): boolean {
  return !answer.ok && answer.refusal.code === 'tombstoned'
}

async function decideCommands(sql: Sql, accountId: string, commands: PointsCommand[]) {
  const [first, ...others] = commands
  if (!first) return { expectedVersion: 0, events: [], balances: new Map<string, number>(), answerTo: unreachable }
  const account = await loadAccount(sql, accountId, loadFor([first, ...others]))
  const { answers, events } = decideAll(account, commands)
  const byCommand = new Map(commands.map((command, index) => [command, answers[index]]))
  return {
    expectedVersion: account.version,
    events,
    balances: new Map(answers.flatMap((one) => (one.ok ? [[one.answer.id, one.answer.balance] as const] : []))),
    answerTo: (command: PointsCommand): Answered => byCommand.get(command) ?? unreachable(),
  }
}

function unreachable(): never {
  throw new Error('a command was not decided')
}

async function store(sql: Sql, append: Append): Promise<AppendOutcome> {
  if (append.commands.length === 0) return 'appended'
  try {
    const [outcome] = await appendPoints(sql, [append])
    return outcome as AppendOutcome
  } catch (error) {
    if (isLostRace(error)) return 'version_conflict'
    throw error
  }
}

/** A key, or the reversal, was booked by somebody else since it was read; or two appends waited for each other. */
function isLostRace(error: unknown): boolean {
  return (
    error instanceof postgres.PostgresError &&
    ((error.code === '23505' && error.table_name?.startsWith('points_') === true) || error.code === DEADLOCK)
  )
}

type Waiting<Request, Answer> = {
  request: Request
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/** The most requests that are decided together. */
const MAX_BATCH = 100

/**
 * A command queue per account, in this process. Requests that arrive during a batch form the next one, in the order they came;
 * accounts do not wait for each other. A batch that fails for one of its requests is split, so that only that one fails.
 *
 * `work` gives one answer per request, in their order; no two requests that it gets have a key in common.
 */
function createCommandQueue<Request, Answer>(options: {
  work: (accountId: string, requests: Request[]) => Promise<Answer[]>
  keysOf: (request: Request) => string[]
  isOfOneRequest: (error: unknown) => boolean
}) {
  const { work, keysOf, isOfOneRequest } = options
  const queues = new Map<string, Waiting<Request, Answer>[]>()

  async function drain(accountId: string, queue: Waiting<Request, Answer>[]): Promise<void> {
    while (queue.length > 0) await settle(accountId, takeBatch(queue, keysOf))
    queues.delete(accountId)
  }

  async function settle(accountId: string, batch: Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await work(
        accountId,
        batch.map(({ request }) => request),
      )
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer)
    } catch (error) {
      if (batch.length > 1 && isOfOneRequest(error)) for (const one of batch) await settle(accountId, [one])
      else for (const { reject } of batch) reject(error)
    }
  }

  return {
    put(accountId: string, request: Request): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const waiting = { request, resolve, reject }
        const queue = queues.get(accountId)
        if (queue) queue.push(waiting)
        else {
          const opened = [waiting]
          queues.set(accountId, opened)
          void drain(accountId, opened)
        }
      })
    },
  }
}

/**
 * The requests at the front that can be answered together: a second one that has to do with the same key must see what the
 * first one did, so it begins the next batch.
 */
function takeBatch<Request, Answer>(queue: Waiting<Request, Answer>[], keysOf: (request: Request) => string[]) {
  const keys = new Set<string>()
  let size = 0
  for (const { request } of queue.slice(0, MAX_BATCH)) {
    const touched = keysOf(request)
    if (touched.some((key) => keys.has(key))) break
    for (const key of touched) keys.add(key)
    size += 1
  }
  return queue.splice(0, size)
}
