import {
  assertInstant,
  availablePoints,
  dayOf,
  type Expire,
  hasLapsed,
  type Instant,
  type Issue,
  type Issued,
  inSpendingOrder,
  isAmount,
  isSpendable,
  type Lot,
  type LotAmount,
  lotDates,
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
  /** So many of its points are left to reverse: none, or fewer than asked for. `reversedBy`: the last reversal, if there was one. */
  | {
      readonly code: 'already_reversed'
      readonly transactionId: string
      readonly left: number
      readonly reversedBy: string | null
    }

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
 * Pure. Refusals are values; it throws only for what callers must rule out (a malformed `now` or terms, lots that are not the
 * amount, a state that lacks the lots to decide on). Which commands are repeats of earlier ones is the database's matter.
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
  const { amount } = command
  if (!isAmount(amount)) return refused({ code: 'invalid_amount' })
  // No counter, lot or daily row can exceed what was ever issued, so this one bound keeps them all exact.
  if (!Number.isSafeInteger(account.counters.issued + amount)) return refused({ code: 'balance_limit' })
  const portions = openLots(command)
  return { ok: true, events: [{ type: 'issued', ...entry(account, command, portions), portions }] }
}

function openLots({ amount, lots, now, transactionId }: Issue): Issued['portions'] {
  if (!lots.every((lot) => isAmount(lot.amount)) || pointsIn(lots) !== amount)
    throw new RangeError(`The lots of ${transactionId} are not its ${amount} points: ${JSON.stringify(lots)}`)
  return lots.map(({ id, campaignId = null, terms, ...lot }, index) => {
    if ((id === undefined) !== (index === 0)) throw new Error(`Lot ${index} of ${transactionId} has the id ${id}`)
    return { lotId: id ?? transactionId, campaignId, issuedOn: dayOf(now), ...lotDates(now, terms), ...lot }
  })
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
  const live = account.lots.filter((lot) => lot.remaining > 0 && isSpendable(lot, now)).sort(inSpendingOrder)
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

/** Decides the reversal of an issue or a redemption, or of a part: see `Reverse` and the event `Reversed`. */
function reverse(account: PointsAccount, command: Reverse): Decision {
  const target = account.transactions.find((transaction) => transaction.id === command.reverses)
  if (target === undefined) return refused({ code: 'unknown_transaction', transactionId: command.reverses })
  const { id: transactionId, type, reversed, reversedBy } = target
  if (type === 'expire' || type === 'reverse')
    return refused({ code: 'not_reversible', transactionId, transactionType: type })
  const left = pointsIn(target.portions) - reversed
  const amount = command.amount ?? left
  const onlySettles = type === 'issue' && command.amount === 0 && (command.makesGood ?? 0) > 0
  if (command.amount !== undefined && !isAmount(amount) && !onlySettles) return refused({ code: 'invalid_amount' })
  if ((left === 0 && !onlySettles) || amount > left)
    return refused({ code: 'already_reversed', transactionId, left, reversedBy })
  const reversal = type === 'issue' ? reverseIssue : reverseRedemption
  return { ok: true, events: [reversal(account, command, target, amount)] }
}

/**
 * Takes points back: of what of the issue can still be spent; then of what has lapsed, which is lost already; then of what was spent. Even if nothing can be taken, it is booked: a point is reversed once. Of what was spent, and of what is owed
 * since earlier reversals, the money that is withheld makes some good; the rest is owed by its lot, and points that a later reversal
 * of their redemption brings back to it go to that first.
 */
function reverseIssue(account: PointsAccount, command: Reverse, target: Transaction, amount: number): Reversed {
  const lots = target.portions.map(({ lotId }) => lotOf(account.lots, target, lotId))
  const claims = claimsOn(lots, amount, command)
  let money = command.makesGood ?? 0
  const owedChanges = claims.map(({ lot, spent }): LotAmount => {
    const settled = Math.min(lot.owed + spent, money)
    money -= settled
    return { lotId: lot.id, amount: spent - settled }
  })
  const sum = (part: 'expired' | 'spent') => claims.reduce((total, claim) => total + claim[part], 0)
  return {
    type: 'reversed',
    ...entry(
      account,
      command,
      claims.flatMap(({ lot, remaining }) => portionsOf(lot, remaining)),
    ),
    reverses: { transactionId: target.id, type: 'issue', amount },
    notTakenBack: { spent: sum('spent'), expired: sum('expired'), owed: pointsIn(owedChanges) },
    claims: claims
      .map(({ lot, remaining, expired, spent }) => ({ lotId: lot.id, amount: remaining + expired + spent }))
      .filter((claim) => claim.amount > 0),
    expiredClaims: claims
      .map(({ lot, expired }) => ({ lotId: lot.id, amount: expired }))
      .filter((claim) => claim.amount > 0),
    owedChanges: owedChanges.filter((change) => change.amount !== 0),
    withheld: [],
  }
}

/** What a reversal asks back of a lot, by what has become of it. */
type Claim = { lot: Lot; remaining: number; expired: number; spent: number }

/**
 * Spreads points that are asked back over lots, and no more than was issued over any: those that are preferred first, then what can still be
 * spent, then what has lapsed, whether it is swept or not.
 */
function claimsOn(lots: readonly Lot[], amount: number, { prefer: preferred = [], now }: Reverse): Claim[] {
  const inTurn = inReversalOrder(
    lots,
    preferred.map(({ lotId }) => lotId),
  )
  const claims = inTurn.map((lot): Claim => ({ lot, remaining: 0, expired: 0, spent: 0 }))
  let missing = amount
  const claimUpTo = (claim: Claim, part: Part, most = Infinity) => {
    const some = Math.min(claimable(claim, part), missing, most)
    claim[part] += some
    missing -= some
  }
  const claimLostToo = (claim: Claim, most = Infinity) => {
    const before = claim.remaining
    claimUpTo(claim, 'remaining', most)
    claimUpTo(claim, 'expired', most - (claim.remaining - before))
  }
  for (const { lotId, amount: most } of preferred)
    for (const claim of claims) if (claim.lot.id === lotId) claimLostToo(claim, most)
  for (const claim of claims) if (!hasLapsed(claim.lot, now)) claimUpTo(claim, 'remaining')
  for (const claim of claims) claimLostToo(claim)
  for (const claim of claims) claimUpTo(claim, 'spent')
  if (missing > 0) throw new Error(`The lots of an issue lack ${missing} of ${amount} points to take back`)
  return claims
}

type Part = 'remaining' | 'expired' | 'spent'

/** How many more points of a lot can be asked back as such. */
function claimable({ lot, remaining, expired, spent }: Claim, part: Part): number {
  const unclaimed = lot.original - lot.claimed - remaining - expired - spent
  if (part === 'spent') return unclaimed
  if (part === 'remaining') return Math.min(lot.remaining - remaining, unclaimed)
  return Math.min(lot.expired - lot.claimedExpired - expired, unclaimed)
}

/** First those that are preferred, then what would be spent last: what is kept can be spent as long as possible after that. */
function inReversalOrder(lots: readonly Lot[], preferred: readonly string[]): Lot[] {
  const rank = ({ id }: Lot) => (preferred.includes(id) ? preferred.indexOf(id) : preferred.length)
  return lots.toSorted((a, b) => rank(a) - rank(b) || inSpendingOrder(b, a))
}

/**
 * Gives points back to the lots they came from, with their ends: what has lapsed meanwhile lapses again. As if less had been redeemed:
 * what was spent last comes back first. What is owed of a lot, or of others of its issue, is withheld first, so that it makes no
 * difference whether an issue or what its points were spent on is reversed first.
 */
function reverseRedemption(account: PointsAccount, command: Reverse, target: Transaction, amount: number): Reversed {
  const end = pointsIn(target.portions) - target.reversed
  const lots = account.lots.map((lot) => ({ ...lot }))
  // Point by point it would come from the last one on, too: so it makes no difference in how many parts.
  const returned = cut(target.portions, end - amount, end)
    .toReversed()
    .map((portion) => withhold(lotOf(lots, target, portion.lotId), portion.amount, lots))
    .toReversed()
  const moves = returned.flatMap((some) => some.moves)
  return {
    type: 'reversed',
    ...entry(
      account,
      command,
      returned.flatMap(({ lot, back }) => portionsOf(lot, back)),
    ),
    reverses: { transactionId: target.id, type: 'redeem', amount },
    notTakenBack: { spent: 0, expired: 0, owed: 0 },
    claims: moves.flatMap(({ from, to, claimed }) => changesOf(from, to, claimed)),
    expiredClaims: [],
    owedChanges: moves.flatMap(({ from, to, owed }) => changesOf(from, to, owed)),
    withheld: returned.flatMap(({ lot, withheld }) => portionsOf(lot, withheld)),
  }
}

/** What is owed of one lot, and is withheld of another; of so much of it what was asked back is of that one, too. */
type Move = { from: Lot; to: Lot; owed: number; claimed: number }

type Changing = { -readonly [Name in keyof Lot]: Lot[Name] }

/**
 * What of points that come back to a lot is withheld: what it owes, and what others of its issue owe. `lots` are changed in place.
 */
function withhold(lot: Changing, amount: number, lots: readonly Changing[]) {
  let withheld = Math.min(amount, lot.owed)
  lot.owed -= withheld
  lot.takenBack += withheld
  const others = lots.filter((other) => other.transactionId === lot.transactionId && other.id !== lot.id)
  const moves = others.sort(inSpendingOrder).flatMap((from): Move[] => {
    const owed = Math.min(amount - withheld, from.owed)
    if (owed === 0) return []
    // What was made good of this lot makes good what the other one owes.
    const madeGood = lot.claimed - lot.takenBack - lot.claimedExpired - lot.owed
    const claimed = Math.max(0, owed - madeGood)
    from.owed -= owed
    from.claimed -= claimed
    lot.claimed += claimed
    lot.takenBack += owed
    withheld += owed
    return [{ from, to: lot, owed, claimed }]
  })
  return { lot, back: amount - withheld, withheld, moves }
}

function changesOf(from: Lot, to: Lot, amount: number): LotAmount[] {
  if (amount === 0) return []
  return [
    { lotId: from.id, amount: -amount },
    { lotId: to.id, amount },
  ]
}

/** The points of portions from the `from`-th on, counted from 0, to the one before the `to`-th. */
function cut(portions: readonly Portion[], from: number, to: number): Portion[] {
  let before = 0
  return portions.flatMap((portion) => {
    const start = Math.max(before, from)
    before += portion.amount
    const amount = Math.min(before, to) - start
    return amount > 0 ? [{ ...portion, amount }] : []
  })
}

function lotOf<One extends Lot>(lots: readonly One[], { id }: Transaction, lotId: string): One {
  const lot = lots.find((candidate) => candidate.id === lotId)
  if (lot === undefined) throw new Error(`The lot ${lotId} of transaction ${id} is not loaded`)
  return lot
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
  /** Only of a reversal: which transaction it reversed, and how much of it, what it could not take back, and how much it withheld. */
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
  /** The moments of the first and of the last decision: all lots that hold points and end at or before the last one are needed, */
  readonly from: Instant
  readonly now: Instant
  /** then the lots that hold points that count by then, in spending order, until those that count at first hold this many together, */
  readonly points: number
  /** and these transactions, with the lots that they touched, whatever those hold. */
  readonly targets: readonly string[]
}

/**
 * What to load before deciding `commands`, so that an account's long history costs nothing. A reversal in the batch
 * may take lots from under a redemption after it; the most that it can take is loaded on top for that, and only for that.
 */
export function loadFor(commands: readonly [PointsCommand, ...PointsCommand[]]): Load {
  let [from, now] = [commands[0].now, commands[0].now]
  let points = 0
  let mayBeTaken = 0
  const targets = new Set<string>()
  for (const command of commands) {
    if (command.now < from) from = command.now
    if (command.now > now) now = command.now
    if (command.type === 'redeem' && isAmount(command.amount)) {
      points += command.amount + mayBeTaken
      mayBeTaken = 0
    }
    if (command.type === 'reverse') {
      const { amount = MAX_POINTS } = command
      mayBeTaken += isAmount(amount) ? amount : 0
      targets.add(command.reverses)
    }
  }
  return { from, now, points, targets: [...targets] }
}
