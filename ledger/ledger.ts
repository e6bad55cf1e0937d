import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import type { Sql } from '#db/client.ts'
import { isLockTimeout } from '#db/outages.ts'
import {
  type AnsweredCommand,
  type Append,
  type AppendOutcome,
  appendPoints,
  type KnownCommand,
  loadPoints,
  type SideWrites,
  type StoredAnswer,
} from '#db/points.ts'
import {
  emptyAccount,
  type Instant,
  NOBODY,
  type PointsAccount,
  type PointsCommand,
  type PointsEvent,
  type Reverse,
} from '#domain/points/account.ts'
import { type Answered, decideAll, loadFor } from '#domain/points/decide.ts'

/** A command without clock and ids: those are the ledger's. */
export type CommandInput = PointsCommand extends infer Command
  ? Command extends PointsCommand
    ? Omit<Command, 'now' | 'transactionId'>
    : never
  : never

/**
 * Undoes what another key did, or a part of it, or, when that has not happened, tombstones it, so that it can no longer happen: the
 * compensation of a command whose report may have been lost. Nothing is left to do for a command that was refused.
 */
export type UndoInput = Pick<Reverse, 'reason' | 'reference' | 'actor' | 'amount' | 'prefer' | 'makesGood'> & {
  type: 'undo'
  undoes: string
}

export type PointsRequest = {
  accountId: string
  /** The same key gets the same answer, whatever it asks for the second time. */
  key: string
  /** Of what is asked for: the same key with another hash is refused. */
  requestHash: string
  /** The hash that it would have had if nobody had the account, where that is another one. */
  hashOfNobodys?: string
  command: CommandInput | UndoInput
  /** What commits with the command's event, which it is told, and only with it. The ledger passes it on as it is. */
  with?: (answer: Extract<Answered, { ok: true }>['answer'], event: PointsEvent) => Partial<SideWrites>
}

export type PointsAnswer =
  | (StoredAnswer & { replayed: boolean })
  /** An undo that found nothing to undo. */
  | { ok: true; answer: null; replayed: boolean }
  | { ok: false; refusal: { code: 'key_reused' }; replayed: false }
  /** What should commit with it cannot, for now or for ever. Nothing happened, and nothing is remembered. */
  | {
      ok: false
      refusal: { code: 'caps_changed' | 'award_closed' | 'award_changed' | 'account_erased' }
      replayed: false
    }

export type PointsLedger = { execute: (request: PointsRequest) => Promise<PointsAnswer> }

export type LedgerOptions = {
  /** Defaults to the database's. */
  clock?: () => Promise<Instant | null>
  /** What commits with events because of what they reverse, whoever asked for it. Called once for a batch. */
  alsoCommits?: (sql: Sql, events: readonly PointsEvent[]) => Promise<Partial<Pick<SideWrites, 'grants'>>>
}

/**
 * The points aggregate: loads, decides, appends. Commands that meet in this process, of whatever accounts, are decided and
 * appended together; those of other processes meet at the account's version, and whoever comes second decides again.
 */
export function createPointsLedger(sql: Sql, options: LedgerOptions = {}): PointsLedger {
  const { clock = async () => null, alsoCommits = async () => ({}) } = options
  return createCommandQueue((groups) => decideAndAppend({ sql, clock, alsoCommits }, groups))
}

/** What requests of one account would be answered now, one after the other. Nothing happens, and nothing is remembered. */
export async function foreseeAnswers(
  sql: Sql,
  accountId: string,
  requests: readonly Omit<PointsRequest, 'accountId' | 'with'>[],
): Promise<PointsAnswer[]> {
  const group = { accountId, requests: requests.map((request) => ({ accountId, ...request })) }
  const [decided] = await loadAndDecide(sql, null, [group])
  if (!decided || 'failed' in decided) throw decided?.failed
  return decided.answers
}

// ---------------------------------------------------------------------------------------------------------------------
// Load, decide, append

/** Commands of one account, in the order they came, which are decided on each other's results. */
type Group = { accountId: string; requests: readonly PointsRequest[] }

/**
 * What became of a group: its answers, in the order of its requests; or nothing happened, and it is to be decided `again`, or
 * `aside` from others because somebody holds its account; or it `failed` for one of its requests, or for all of them together.
 */
type Outcome = { answers: PointsAnswer[] } | 'again' | 'aside' | { failed: unknown }

/** One outcome per group, in their order. No account comes twice, and no two requests have a key in common. */
async function decideAndAppend(
  { sql, clock, alsoCommits }: { sql: Sql } & Required<LedgerOptions>,
  groups: readonly Group[],
): Promise<Outcome[]> {
  const decided = await loadAndDecide(sql, await clock(), groups)
  const appends = decided.flatMap((one) => ('append' in one && one.append.commands.length > 0 ? [one.append] : []))
  addGrants(
    appends,
    await alsoCommits(
      sql,
      appends.flatMap(({ events }) => events),
    ),
  )
  const outcomes = appends.length > 0 ? await appendPoints(sql, appends) : []
  const stored = new Map(appends.map((append, index) => [append, outcomes[index]]))
  return decided.map((one) => ('append' in one ? outcomeOf(one.answers, stored.get(one.append) ?? 'appended') : one))
}

/** @param at of the decisions; null: now */
async function loadAndDecide(sql: Sql, at: Instant | null, groups: readonly Group[]): Promise<Decided[]> {
  const { now, known, accounts } = await loadPoints(sql, { ...wantedBy(groups), now: at })
  return groups.map(({ accountId, requests }) =>
    decideGroup(
      accounts.get(accountId) ?? emptyAccount(accountId),
      requests.map((request) => resolve(request, known, now)),
    ),
  )
}

function outcomeOf(answers: PointsAnswer[], stored: AppendOutcome): Outcome {
  switch (stored) {
    case 'appended':
      return { answers }
    case 'version_conflict':
      return 'again'
    case 'account_locked':
      return 'aside'
    default:
      if (answers.length > 1)
        return { failed: new Error(`not all of ${answers.length} commands can be booked: ${stored}`) }
      return { answers: [{ ok: false, refusal: { code: stored }, replayed: false }] }
  }
}

/** What is to be loaded for groups. Of an undo it is not known yet what it reverses, nor of any command when it is decided. */
function wantedBy(groups: readonly Group[]) {
  const all = groups.flatMap(({ requests }) => requests)
  return {
    keys: all.flatMap(keysOf),
    undoes: all.flatMap(({ command }) => (command.type === 'undo' ? [command.undoes] : [])),
    loads: groups.map(({ accountId, requests }) => {
      const commands = requests.map(({ command }): PointsCommand => {
        const later = { now: '', transactionId: '' }
        return command.type === 'undo'
          ? { ...command, ...later, type: 'reverse', reverses: '' }
          : { ...command, ...later }
      })
      const { points, targets } = loadFor(commands as [PointsCommand, ...PointsCommand[]])
      return { accountId, points, targets: targets.filter((target) => target !== '') }
    }),
  }
}

type Decided = { answers: PointsAnswer[]; append: Append } | { failed: unknown }

/** The answers to a group, and what is to be appended for it; a command that cannot be decided fails its group alone. */
function decideGroup(before: PointsAccount, resolved: readonly Resolved[]): Decided {
  try {
    const { answers: decisions, events } = decideAll(
      before,
      resolved.flatMap((one) => (one.command ? [one.command] : [])),
    )
    const append: Append = { before, events, balances: balancesOf(decisions), commands: [], ...noSideWrites() }
    const made = new Map(events.map((event) => [event.transactionId, event]))
    let next = 0
    const answers = resolved.map((one): PointsAnswer => {
      if (!one.command) {
        append.commands.push(...one.remember)
        return one.answer
      }
      const answer = decisions[next++] as Answered
      const { key, requestHash } = one.request
      append.commands.push({ key, requestHash, answer })
      const event = answer.ok && made.get(answer.answer.id)
      if (answer.ok && event) addSideWrites(append, one.request.with?.(answer.answer, event) ?? {})
      return { ...answer, replayed: false }
    })
    return { answers, append }
  } catch (failed) {
    return { failed }
  }
}

function balancesOf(answers: readonly Answered[]): Map<string, number> {
  return new Map(answers.flatMap((one) => (one.ok ? [[one.answer.id, one.answer.balance]] : [])))
}

const noSideWrites = (): SideWrites => ({ timeline: [], awards: [], grants: [] })

function addSideWrites(append: Append, { timeline = [], awards = [], grants = [] }: Partial<SideWrites>): void {
  append.timeline.push(...timeline)
  append.awards.push(...awards)
  append.grants.push(...grants)
}

/** Adds grants to the appends whose events they belong to. */
function addGrants(appends: readonly Append[], { grants = [] }: Partial<Pick<SideWrites, 'grants'>>): void {
  if (grants.length === 0) return
  const byEvent = new Map(appends.flatMap((append) => append.events.map((event) => [event.transactionId, append])))
  for (const grant of grants) {
    const append = byEvent.get(grant.transactionId)
    if (!append) throw new Error(`a grant belongs to transaction ${grant.transactionId}, which is not appended`)
    append.grants.push(grant)
  }
}

function keysOf({ key, command: input }: PointsRequest): string[] {
  return input.type === 'undo' ? [key, input.undoes] : [key]
}

type Resolved =
  | { command: PointsCommand; request: PointsRequest }
  | { command?: never; answer: PointsAnswer; remember: AnsweredCommand[] }

/** What a request comes to, given what its keys were answered before: a command to decide, or an answer right away. */
function resolve(request: PointsRequest, known: ReadonlyMap<string, KnownCommand>, now: Instant): Resolved {
  const { key, requestHash, hashOfNobodys = requestHash, accountId, command: input } = request
  const before = known.get(key)
  if (before && isTombstone(before.answer)) return { answer: { ...before.answer, replayed: true }, remember: [] }
  // What was refused to nobody is the answer to whoever has the name by now: the hash covers it.
  const expected =
    before?.accountId === NOBODY ? { accountId: NOBODY, requestHash: hashOfNobodys } : { accountId, requestHash }
  if (before && (before.requestHash !== expected.requestHash || before.accountId !== expected.accountId)) {
    return { answer: { ok: false, refusal: { code: 'key_reused' }, replayed: false }, remember: [] }
  }
  if (before) return { answer: { ...before.answer, replayed: true }, remember: [] }
  const transactionId = uuidv7()
  if (input.type !== 'undo') return { command: { transactionId, now, ...withLotIds(input) }, request }

  const undone = known.get(input.undoes)
  if (undone?.answer.ok) {
    const { type: _, undoes: __, ...why } = input
    const command = {
      ...why,
      type: 'reverse' as const,
      reverses: undone.answer.answer.id,
      now,
      transactionId,
    }
    return { command, request }
  }
  const tombstone = { key: input.undoes, requestHash: '', answer: TOMBSTONE }
  return { answer: { ok: true, answer: null, replayed: false }, remember: undone ? [] : [tombstone] }
}

/** The first lot of an issue has the id of its transaction, which is made before: so lots are in the order of their ids. */
function withLotIds(input: CommandInput): CommandInput {
  if (input.type !== 'issue') return input
  return { ...input, lots: input.lots.map((lot, index) => (index === 0 ? lot : { id: uuidv7(), ...lot })) }
}

const TOMBSTONE: StoredAnswer = { ok: false, refusal: { code: 'tombstoned' } }

/** Who tombstones a key does not know what it would have stood for. */
function isTombstone(answer: StoredAnswer): boolean {
  return !answer.ok && answer.refusal.code === 'tombstoned'
}

// ---------------------------------------------------------------------------------------------------------------------
// The queue

type Waiting = {
  request: PointsRequest
  resolve: (answer: PointsAnswer) => void
  reject: (error: unknown) => void
}

/** What waits at one account, in the order it came. */
type WaitingGroup = { accountId: string; waiting: readonly Waiting[] }

/** Batches that are under way at once, and the most requests that one of them takes. */
const MAX_BATCHES = 4
const MAX_BATCH = 500

/**
 * Accounts are spread over so many batches, unless they are few: larger batches cost less, and more than two at once brought nothing
 * on two processors. So two are under way, and more only while one is held up.
 */
const SHARES = 2
const MIN_SHARE = 8

/** Groups that wait at once for accounts that somebody else holds, beside the batches. */
const MAX_ASIDE = 4

/** Another append can win the race for an account's next version; with so many in a row, something else is wrong. */
const MAX_ATTEMPTS = 100

/** SQLSTATEs: two transactions waited for each other; what Postgres would say of MAX_ATTEMPTS. */
const DEADLOCK = '40P01'
const SERIALIZATION_FAILURE = '40001'

/**
 * The queue of commands in this process: a group commit. What arrives while batches are under way forms the next ones. A batch takes
 * all that waits at an account, and an account is in one batch at most, so that its commands are carried out in the order they
 * came. A batch that fails is split until the one that it failed for stands alone; a group that does not get its account waits for it
 * aside, and holds nobody up.
 */
function createCommandQueue(work: Work): PointsLedger {
  const queues = new Map<string, Waiting[]>()
  const underWay = new Set<string>()
  const aside: WaitingGroup[] = []
  let batchesInFlight = 0
  let asideInFlight = 0
  let isScheduled = false

  /** With the next turn of the event loop, so that what was answered together can ask together again. */
  function schedule() {
    if (isScheduled || batchesInFlight >= MAX_BATCHES) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      launch()
    })
  }

  function launch() {
    const batch = takeBatch(queues, underWay)
    if (batch.length === 0) return
    batchesInFlight += 1
    for (const { accountId } of batch) underWay.add(accountId)
    void settle(work, batch).then((locked) => {
      batchesInFlight -= 1
      const isLocked = new Set(locked.map(({ accountId }) => accountId))
      for (const { accountId } of batch) if (!isLocked.has(accountId)) underWay.delete(accountId)
      aside.push(...locked)
      launchAside()
      schedule()
    })
    schedule()
  }

  function launchAside() {
    if (asideInFlight >= MAX_ASIDE) return
    const group = aside.shift()
    if (!group) return
    asideInFlight += 1
    void settle(work, [group]).then(() => {
      asideInFlight -= 1
      underWay.delete(group.accountId)
      launchAside()
      schedule()
    })
    launchAside()
  }

  return {
    execute(request) {
      return new Promise((resolve, reject) => {
        const waiting = { request, resolve, reject }
        const queue = queues.get(request.accountId)
        if (queue) queue.push(waiting)
        else queues.set(request.accountId, [waiting])
        // Who comes to an idle ledger need not wait for company.
        if (batchesInFlight === 0 && !isScheduled) launch()
        else schedule()
      })
    },
  }
}

/**
 * Takes what can be answered together: all that waits at accounts that are not under way. A request that has to do with a key of
 * one before it must see what that one did, so it is left for a later batch, with those behind it.
 */
function takeBatch(queues: Map<string, Waiting[]>, underWay: ReadonlySet<string>): WaitingGroup[] {
  const keys = new Set<string>()
  const batch: WaitingGroup[] = []
  const idle = [...queues].filter(([accountId]) => !underWay.has(accountId))
  // Else one batch would take all, and the others, which could be carried out beside it, nothing.
  const share = Math.max(MIN_SHARE, Math.ceil((idle.length + underWay.size) / SHARES))
  let room = MAX_BATCH
  for (const [accountId, queue] of idle) {
    if (room === 0 || batch.length === share) break
    let size = 0
    for (const { request } of queue.slice(0, room)) {
      const touched = keysOf(request)
      if (touched.some((key) => keys.has(key))) break
      for (const key of touched) keys.add(key)
      size += 1
    }
    if (size === 0) continue
    batch.push({ accountId, waiting: queue.splice(0, size) })
    room -= size
    // What is left goes to the end, lest an account that is always asked for keep others waiting.
    queues.delete(accountId)
    if (queue.length > 0) queues.set(accountId, queue)
  }
  return batch
}

type Work = (groups: readonly Group[]) => Promise<Outcome[]>

/**
 * Carries out a batch and answers what waits for it; never rejects itself.
 *
 * @returns the groups that did not get their accounts: nothing has happened to them yet
 */
async function settle(work: Work, batch: readonly WaitingGroup[]): Promise<WaitingGroup[]> {
  const aside: WaitingGroup[] = []
  let left = batch
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const groups = left.map(({ accountId, waiting }) => ({
      accountId,
      requests: waiting.map(({ request }) => request),
    }))
    let outcomes: Outcome[]
    try {
      outcomes = await work(groups)
    } catch (error) {
      if (isLostRace(error)) continue
      return [...aside, ...(await settleFailed(work, left, error))]
    }
    const [again, failed]: [WaitingGroup[], [WaitingGroup, unknown][]] = [[], []]
    for (const [index, group] of left.entries()) {
      const outcome = outcomes[index] as Outcome
      if (outcome === 'again') again.push(group)
      else if (outcome === 'aside') aside.push(group)
      else if ('failed' in outcome) failed.push([group, outcome.failed])
      else for (const [n, { resolve }] of group.waiting.entries()) resolve(outcome.answers[n] as PointsAnswer)
    }
    for (const [group, error] of failed) await settleHalves(work, [group], error)
    if (again.length === 0) return aside
    left = again
  }
  for (const { accountId, waiting } of left) {
    const problem = `points account ${accountId} kept changing while ${waiting.length} commands were decided`
    for (const { reject } of waiting) reject(Object.assign(new Error(problem), { code: SERIALIZATION_FAILURE }))
  }
  return aside
}

/** After a batch failed as a whole. */
async function settleFailed(work: Work, batch: readonly WaitingGroup[], error: unknown): Promise<WaitingGroup[]> {
  const isOfDatabase = error instanceof postgres.PostgresError
  // Somebody holds a row for too long that one of the groups needs: each waits for itself, lest they wait one after the other.
  if (isLockTimeout(error) && batch.length > 1) return [...batch]
  // These classes are about connections, read-only servers, races, resources, locks and operators: all would fail alike.
  if (isOfDatabase && !/^(08|25|40|53|55|57)/.test(error.code)) return await settleHalves(work, batch, error)
  for (const { waiting } of batch) for (const { reject } of waiting) reject(error)
  return []
}

/** Tries the halves of a batch on their own, by accounts and then by requests: in the end only what it failed for fails. */
async function settleHalves(work: Work, batch: readonly WaitingGroup[], error: unknown): Promise<WaitingGroup[]> {
  const [first, ...others] = batch
  if (!first) return []
  if (others.length > 0) {
    const half = Math.ceil(batch.length / 2)
    return [...(await settle(work, batch.slice(0, half))), ...(await settle(work, batch.slice(half)))]
  }
  const { accountId, waiting } = first
  if (waiting.length === 1) waiting[0]?.reject(error)
  else {
    const half = Math.ceil(waiting.length / 2)
    await settle(work, [{ accountId, waiting: waiting.slice(0, half) }])
    await settle(work, [{ accountId, waiting: waiting.slice(half) }])
  }
  return []
}

/** A key, or the reversal, was booked by somebody else since it was read; or two appends waited for each other. */
function isLostRace(error: unknown): boolean {
  return (
    error instanceof postgres.PostgresError &&
    ((error.code === '23505' && error.table_name?.startsWith('points_') === true) || error.code === DEADLOCK)
  )
}
