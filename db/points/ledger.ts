import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import { type BookedGrant, readGrantsTakenBack } from '#db/campaigns/grants.ts'
import type { Sql } from '#db/client.ts'
import type { CampaignGrant } from '#domain/campaigns/award.ts'
import type { Instant, PointsCommand } from '#domain/points/account.ts'
import { type Answered, decideAll, loadFor } from '#domain/points/decide.ts'
import {
  type AnsweredCommand,
  type Append,
  type AppendOutcome,
  appendPoints,
  type BookedAward,
  type TimelineEntry,
} from './append.ts'
import { type KnownCommand, loadAccount, readClock, readKnownCommands, type StoredAnswer } from './load.ts'
import { createMailboxes } from './mailbox.ts'

/** A command as its caller knows it: the ledger adds the time and the transaction's id. */
export type CommandWish = PointsCommand extends infer Command
  ? Command extends PointsCommand
    ? Omit<Command, 'now' | 'transactionId'>
    : never
  : never

/**
 * Undoes what another key did or, when that has not happened, tombstones it, so that it can no longer happen: the compensation
 * of a command whose report may have been lost. Nothing is left to do for a command that was refused.
 */
export type UndoWish = { type: 'undo'; undoes: string; reason: string; reference: string; actor: string }

export type PointsRequest = {
  accountId: string
  /** The same key gets the same answer, whatever it asks for the second time. */
  key: string
  /** Of what is asked for: the same key with another hash is refused. */
  requestHash: string
  wish: CommandWish | UndoWish
  /** What to write into a purchase's timeline with the effect. */
  timeline?: (answer: Extract<Answered, { ok: true }>['answer']) => TimelineEntry
  /** The award that is booked by it, with what its campaigns give. What they get back with a reversal, the ledger knows itself. */
  award?: Pick<BookedAward, 'id' | 'evaluation'>
  grants?: CampaignGrant[]
}

export type PointsAnswer =
  | (StoredAnswer & { replayed: boolean })
  /** An undo that found nothing to undo. */
  | { ok: true; answer: null; replayed: boolean }
  | { ok: false; refusal: { code: 'key_reused' }; replayed: false }
  /**
   * The cap of a campaign leaves less than its grant, or the award was closed meanwhile. Not remembered: what a cap leaves
   * changes, and the award says itself how it stands.
   */
  | { ok: false; refusal: { code: 'over_cap' | 'award_closed' }; replayed: false }

export type PointsLedger = { execute: (request: PointsRequest) => Promise<PointsAnswer> }

/** SQLSTATE. */
const DEADLOCK = '40P01'

/** Another append can win the race for an account's next version; with so many in a row, something else is wrong. */
const MOST_ATTEMPTS = 100

/**
 * The points aggregate: loads, decides, appends. Commands for one account that meet in this process are decided and
 * appended together; those of other processes meet at the account's version, and whoever comes second decides again.
 *
 * @param clock defaults to the database's
 */
export function createPointsLedger(sql: Sql, clock: () => Promise<Instant> = () => readClock(sql)): PointsLedger {
  const mailboxes = createMailboxes<PointsRequest, PointsAnswer>({
    work: (accountId, requests) => executeAll(sql, clock, accountId, requests),
    keysOf,
  })
  return { execute: (request) => mailboxes.put(request.accountId, request) }
}

/** One answer per request, in their order. */
async function executeAll(
  sql: Sql,
  clock: () => Promise<Instant>,
  accountId: string,
  requests: PointsRequest[],
): Promise<PointsAnswer[]> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const answers = await tryAll(sql, await clock(), accountId, requests)
    if (answers === 'version_conflict') continue
    if (typeof answers !== 'string') return answers
    return await executeEach(sql, clock, accountId, requests, answers)
  }
  const problem = `points account ${accountId} kept changing while ${requests.length} commands were decided`
  throw Object.assign(new Error(problem), { code: SERIALIZATION_FAILURE })
}

/** The SQLSTATE that Postgres itself would use: nothing happened, and it is worth another try. */
const SERIALIZATION_FAILURE = '40001'

/** One after the other, because one of them cannot be booked, or all of them are more than a cap leaves. */
async function executeEach(
  sql: Sql,
  clock: () => Promise<Instant>,
  accountId: string,
  requests: PointsRequest[],
  code: 'over_cap' | 'award_closed',
): Promise<PointsAnswer[]> {
  if (requests.length === 1) return [{ ok: false, refusal: { code }, replayed: false }]
  const answers: PointsAnswer[] = []
  for (const request of requests) answers.push(...(await executeAll(sql, clock, accountId, [request])))
  return answers
}

async function tryAll(
  sql: Sql,
  now: Instant,
  accountId: string,
  requests: PointsRequest[],
): Promise<PointsAnswer[] | Exclude<AppendOutcome, 'appended'>> {
  const known = await readKnownCommands(sql, requests.flatMap(keysOf))
  const resolved = requests.map((request) => resolve(request, known, now))
  const commands = resolved.flatMap((one) => (one.command ? [one.command] : []))
  const decided = await decideCommands(sql, accountId, commands)

  const answered: AnsweredCommand[] = []
  const timeline: TimelineEntry[] = []
  const awards: BookedAward[] = []
  const grants: BookedGrant[] = await readGrantsTakenBack(sql, decided.events)
  const answers = resolved.map((one): PointsAnswer => {
    if (!one.command) {
      answered.push(...one.remember)
      return one.answer
    }
    const answer = decided.answerTo(one.command)
    const { key, requestHash } = one.request
    answered.push({ key, requestHash, answer })
    if (answer.ok) {
      const { id: transactionId, amount: points } = answer.answer
      if (one.request.timeline) timeline.push(one.request.timeline(answer.answer))
      if (one.request.award) awards.push({ ...one.request.award, points, transactionId })
      grants.push(...(one.request.grants ?? []).map((grant) => ({ ...grant, transactionId })))
    }
    return { ...answer, replayed: false }
  })
  const stored = await store(sql, { accountId, ...decided, commands: answered, timeline, awards, grants })
  return stored === 'appended' ? answers : stored
}

function keysOf({ key, wish }: PointsRequest): string[] {
  return wish.type === 'undo' ? [key, wish.undoes] : [key]
}

type Resolved =
  | { command: PointsCommand; request: PointsRequest }
  | { command?: never; answer: PointsAnswer; remember: AnsweredCommand[] }

/** What a request comes to, given what its keys were answered before: a command to decide, or an answer right away. */
function resolve(request: PointsRequest, known: Map<string, KnownCommand>, now: Instant): Resolved {
  const { key, requestHash, accountId, wish } = request
  const before = known.get(key)
  if (before && isTombstone(before.answer)) return { answer: { ...before.answer, replayed: true }, remember: [] }
  if (before && (before.requestHash !== requestHash || before.accountId !== accountId)) {
    return { answer: { ok: false, refusal: { code: 'key_reused' }, replayed: false }, remember: [] }
  }
  if (before) return { answer: { ...before.answer, replayed: true }, remember: [] }
  if (wish.type !== 'undo') return { command: { ...wish, now, transactionId: uuidv7() }, request }

  const undone = known.get(wish.undoes)
  if (undone?.answer.ok) {
    const { type: _, undoes: __, ...why } = wish
    const command = {
      ...why,
      type: 'reverse' as const,
      reverses: undone.answer.answer.id,
      now,
      transactionId: uuidv7(),
    }
    return { command, request }
  }
  const tombstone = { key: wish.undoes, requestHash: '', answer: TOMBSTONE }
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
