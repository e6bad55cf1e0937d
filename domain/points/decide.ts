import {
  assertInstant,
  availablePoints,
  dayOf,
  type Expire,
  expiryOf,
  hasLapsed,
  type Instant,
  type Issue,
  inSpendingOrder,
  isAmount,
  MAX_POINTS,
  type PointsAccount,
  type PointsCommand,
  type PointsEvent,
  type Portion,
  pointsIn,
  portionsOf,
  type Redeem,
  type Reverse,
  type Reversed,
  type Transaction,
  type TransactionType,
  transactionTypeOf,
} from './account.ts'
import { evolve } from './evolve.ts'

/** Why a command does nothing. Callers branch on `code`. */
export type Refusal =
  /** Not a whole number from 1 to `MAX_POINTS`. */
  | { readonly code: 'invalid_amount' }
  /** The account would have been issued more points than can be counted exactly. */
  | { readonly code: 'balance_limit' }
  | { readonly code: 'insufficient_points'; readonly available: number }
  | { readonly code: 'nothing_to_expire' }
  /** The account has no such transaction. */
  | { readonly code: 'unknown_transaction'; readonly transactionId: string }
  /** Expiries and reversals stand. */
  | { readonly code: 'not_reversible'; readonly transactionId: string; readonly transactionType: TransactionType }
  | { readonly code: 'already_reversed'; readonly transactionId: string; readonly reversedBy: string }

/** An accepted command is exactly one event, which is one transaction. */
export type Decision =
  | { readonly ok: true; readonly events: readonly [PointsEvent] }
  | { readonly ok: false; readonly refusal: Refusal }

/** The decision that says no. */
function refused(refusal: Refusal): Decision {
  return { ok: false, refusal }
}

/** What an accepted command's event says whatever its type: the next version, the command's data, the points moved. */
function entry(account: PointsAccount, command: PointsCommand, portions: readonly Portion[]) {
  return {
    accountId: account.accountId,
    version: account.version + 1,
    transactionId: command.transactionId,
    at: command.now,
    reason: command.reason,
    reference: command.reference,
    actor: command.actor,
    amount: pointsIn(portions),
    portions,
  }
}

/**
 * The rules of the points ledger: what a command does to an account, as one event, or why it does nothing.
 * Pure. Refusals are values; it throws only for what callers must rule out (a malformed `now` or `ttlDays`, a state
 * that lacks the lots to decide on). Which commands are repeats of earlier ones is the database's matter.
 */
export function decide(account: PointsAccount, command: PointsCommand): Decision {
  assertInstant(command.now)
  switch (command.type) {
    case 'issue':
      return issue(account, command)
    case 'redeem':
      return redeem(account, command)
    case 'expire':
      return expire(account, command)
    case 'reverse':
      return reverse(account, command)
    default:
      throw new Error(`Unknown command: ${JSON.stringify(command satisfies never)}`)
  }
}

function issue(account: PointsAccount, command: Issue): Decision {
  const { amount, now, transactionId, ttlDays } = command
  if (!isAmount(amount)) return refused({ code: 'invalid_amount' })
  // No counter, lot or daily row can exceed what was ever issued, so this one bound keeps them all exact.
  if (!Number.isSafeInteger(account.counters.issued + amount)) return refused({ code: 'balance_limit' })
  const portions = [{ lotId: transactionId, issuedOn: dayOf(now), expiresAt: expiryOf(now, ttlDays), amount }]
  return { ok: true, events: [{ type: 'issued', ...entry(account, command, portions) }] }
}

function redeem(account: PointsAccount, command: Redeem): Decision {
  const { amount, now } = command
  if (!isAmount(amount)) return refused({ code: 'invalid_amount' })
  const available = availablePoints(account, now)
  if (amount > available) return refused({ code: 'insufficient_points', available })
  const portions = spend(account, amount, now)
  return { ok: true, events: [{ type: 'redeemed', ...entry(account, command, portions) }] }
}

function spend(account: PointsAccount, amount: number, now: Instant): Portion[] {
  const portions: Portion[] = []
  let missing = amount
  const live = account.lots.filter((lot) => lot.remaining > 0 && !hasLapsed(lot, now)).sort(inSpendingOrder)
  for (const lot of live) {
    if (missing === 0) break
    const taken = Math.min(lot.remaining, missing)
    portions.push(...portionsOf(lot, taken))
    missing -= taken
  }
  // The counters said there is enough: the lots were not loaded far enough, and refusing would be a lie.
  if (missing > 0) throw new Error(`The lots of ${account.accountId} lack ${missing} of ${amount} points`)
  return portions
}

function expire(account: PointsAccount, command: Expire): Decision {
  const lapsed = account.lots.filter((lot) => hasLapsed(lot, command.now)).sort(inSpendingOrder)
  const portions = lapsed.flatMap((lot) => portionsOf(lot, lot.remaining))
  if (portions.length === 0) return refused({ code: 'nothing_to_expire' })
  return { ok: true, events: [{ type: 'expired', ...entry(account, command, portions) }] }
}

/** Decides the reversal of an issue or a redemption: see `Reverse` and the event `Reversed`. */
function reverse(account: PointsAccount, command: Reverse): Decision {
  const target = account.transactions.find((transaction) => transaction.id === command.reverses)
  if (target === undefined) return refused({ code: 'unknown_transaction', transactionId: command.reverses })
  const { id: transactionId, type, reversedBy } = target
  if (reversedBy !== null) return refused({ code: 'already_reversed', transactionId, reversedBy })
  switch (type) {
    case 'issue':
      return reverseIssue(account, command, target)
    case 'redeem':
      return reverseRedemption(account, command, target)
    case 'expire':
    case 'reverse':
      return refused({ code: 'not_reversible', transactionId, transactionType: type })
    default:
      throw new Error(`Unknown transaction type: ${type satisfies never}`)
  }
}

/**
 * Takes back what the issue's lot still holds, lapsed or not; that may be nothing, and still it is booked: a reversal
 * happens once. Of what was spent, the money that is withheld makes some good; the rest is owed by the lot, and points that a
 * later reversal of their redemption brings back to it go to that first.
 */
function reverseIssue(account: PointsAccount, command: Reverse, target: Transaction): Decision {
  const lot = account.lots.find((candidate) => candidate.id === target.id)
  if (lot === undefined) throw new Error(`The lot of transaction ${target.id} is not loaded`)
  const spent = lot.original - lot.remaining - lot.expired
  const owed = Math.max(spent - (command.makesGood ?? 0), 0)
  const event = {
    type: 'reversed',
    ...entry(account, command, portionsOf(lot, lot.remaining)),
    reverses: { transactionId: target.id, type: 'issue' },
    notTakenBack: { spent, expired: lot.expired, owed },
    withheld: [],
  } as const
  return { ok: true, events: [event] }
}

/**
 * Gives every point back to the lot it came from, with that lot's end: what has lapsed meanwhile lapses again. What is owed of a
 * lot is withheld first, so that it makes no difference whether an issue or what its points were spent on is reversed first.
 */
function reverseRedemption(account: PointsAccount, command: Reverse, target: Transaction): Decision {
  const returned = target.portions.map((portion) => {
    const lot = account.lots.find((candidate) => candidate.id === portion.lotId)
    if (lot === undefined) throw new Error(`The lot ${portion.lotId} of transaction ${target.id} is not loaded`)
    return { lot, amount: portion.amount, owed: Math.min(portion.amount, lot.owed) }
  })
  const event = {
    type: 'reversed',
    ...entry(
      account,
      command,
      returned.flatMap(({ lot, amount, owed }) => portionsOf(lot, amount - owed)),
    ),
    reverses: { transactionId: target.id, type: 'redeem' },
    notTakenBack: { spent: 0, expired: 0, owed: 0 },
    withheld: returned.flatMap(({ lot, owed }) => portionsOf(lot, owed)),
  } as const
  return { ok: true, events: [event] }
}

/** The answer to the caller of a command. */
export type Answer = {
  readonly id: string
  readonly dateTime: Instant
  readonly accountId: string
  readonly transactionType: TransactionType
  readonly amount: number
  /** What can be spent after the transaction. */
  readonly balance: number
  /** Only of a reversal: which transaction it reversed, what it could not take back, and how many points it withheld. */
  readonly reversal?: Pick<Reversed, 'reverses' | 'notTakenBack'> & { readonly withheld: number }
}

/** The answer to an accepted command from its event and the account after it; all lapsed lots must be loaded. */
export function answerOf(event: PointsEvent, after: PointsAccount): Answer {
  const answer = {
    id: event.transactionId,
    dateTime: event.at,
    accountId: event.accountId,
    transactionType: transactionTypeOf(event),
    amount: event.amount,
    balance: availablePoints(after, event.at),
  }
  if (event.type !== 'reversed') return answer
  const { reverses, notTakenBack, withheld } = event
  return { ...answer, reversal: { reverses, notTakenBack, withheld: pointsIn(withheld) } }
}

/** What one command of a batch came to. */
export type Answered =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly refusal: Refusal }

/** One answer per command in their order, and all events to append, with consecutive versions. */
export type Batch = {
  readonly answers: readonly Answered[]
  readonly events: readonly PointsEvent[]
  readonly account: PointsAccount
}

/**
 * Decides commands that met at one account, each on what the ones before it left; refused ones change nothing.
 * The result is the same as deciding and storing them one by one. Throws when two bring the same transaction id.
 */
export function decideAll(before: PointsAccount, commands: readonly PointsCommand[]): Batch {
  let account = before
  const events: PointsEvent[] = []
  const answers = commands.map((command): Answered => {
    const decision = decide(account, command)
    if (!decision.ok) return decision
    const [event] = decision.events
    account = evolve(account, event)
    events.push(event)
    return { ok: true, answer: answerOf(event, account) }
  })
  return { answers, events, account }
}

/** How much of an account `decideAll` looks at. */
export type Load = {
  /** All lots that hold points and end at or before this moment are needed, */
  readonly now: Instant
  /** then the lots that hold points, in spending order, until they hold this many together, */
  readonly points: number
  /** and these transactions, with the lots that they touched, whatever those hold. */
  readonly targets: readonly string[]
}

/**
 * What to load before deciding `commands`, so that an account's long history costs nothing. A reversal in the batch
 * may take a lot from under a redemption after it; the most that an issue can hold is loaded on top for that, and only
 * for that.
 */
export function loadFor(commands: readonly [PointsCommand, ...PointsCommand[]]): Load {
  let now = commands[0].now
  let points = 0
  let mayBeTaken = 0
  const targets = new Set<string>()
  for (const command of commands) {
    if (command.now > now) now = command.now
    if (command.type === 'redeem' && isAmount(command.amount)) {
      points += command.amount + mayBeTaken
      mayBeTaken = 0
    }
    if (command.type === 'reverse') {
      mayBeTaken += MAX_POINTS
      targets.add(command.reverses)
    }
  }
  return { now, points, targets: [...targets] }
}
