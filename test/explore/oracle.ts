import { isDeepStrictEqual } from 'node:util'
import { PURCHASE_STEPS } from '#domain/purchase.ts'
import { paymentFor, refusalOf } from './books.ts'
import { piecesBackOf, type Snapshot } from './snapshot.ts'
import { misplaced, readSpecification } from './specification.ts'
import type { Run, World } from './world.ts'

/** A sentence of the specification that does not hold, and what is there instead. `isCrash`: code broke, whatever came of it. */
export type Finding = { rule: string; detail: string; isCrash?: boolean }

/** Gives what a world has in its place that breaks a rule; undefined when it holds. */
type Rule<Of> = (of: Of) => string | undefined

const specification = readSpecification()

const CRASHED =
  'Every workflow has ended, and none has failed but where commits were lost and it is listed for operators.'

/** By the sentence of the page. */
const AT_ANY_TIME: Record<string, Rule<World>> = {
  'What is on hand of a product is the sum of its movements, what is reserved is the sum of open reservations, and neither is below zero.':
    ({ books: { snapshot } }) => {
      const { product, movements, reservations } = snapshot
      const moved = sum(movements.map(({ quantity }) => quantity))
      const open = sum(reservations.filter(({ state }) => state === 'reserved').map(({ quantity }) => quantity))
      const isRight = product.onHand === moved && product.reserved === open && open >= 0 && open <= moved
      return broken(isRight, { product, moved, open })
    },
  'A wallet holds the sum of its entries, and never less than nothing.': ({ books: { snapshot } }) => {
    const entries = sum(snapshot.walletEntries.map(({ amountMinor }) => amountMinor))
    const { balanceMinor } = snapshot
    return broken(balanceMinor === entries && balanceMinor >= 0, { balanceMinor, entries })
  },
  'A points account holds what its events add up to, and so do its lots and its allocations.': ({
    books: { snapshot },
  }) => brokenPoints(snapshot),
  'The timeline is in an order that the table allows, unless commits were lost.': ({ books: { snapshot }, facts }) =>
    facts.isSetBack
      ? undefined
      : misplaced(
          specification,
          snapshot.timeline.map(({ entry, detail }) => ({ entry, refund: detail?.refund })),
        ),
  // As soon as it has ended, for the reconciler may start another in its place.
  'The result of a workflow is the outcome of the purchase, or how far its refunds are by then, unless commits were lost.':
    (world) => {
      const settling = world.runs.filter(
        ({ start, status }) => status === 'completed' && /^(purchase|repair|refund)$/.test(start.workflowType),
      )
      const results = settling.map(({ result }) => (result as { status?: string } | undefined)?.status)
      const allowed = isSold(world) ? entriesOf(world.books.snapshot) : [`purchase ${statusOf(world)}`]
      const areRight = results.every((result) => allowed.includes(`purchase ${result}`))
      return broken(areRight || world.facts.isSetBack, { results, allowed })
    },
  'A refund that was accepted is on record, for all that it was asked for, unless commits were lost.': ({
    books: { snapshot },
    facts,
  }) => {
    const onRecord = piecesBackOf(snapshot)
    const { piecesAsked } = facts
    return broken(onRecord === piecesAsked || facts.isSetBack, { onRecord, piecesAsked })
  },
  'Refunds are carried out one after the other, in the order in which they were asked for, unless commits were lost.':
    ({ books: { snapshot }, facts }) => {
      const steps = snapshot.timeline.filter(({ entry }) => entry !== 'purchase refunding')
      const numbers = steps.flatMap(({ detail }) => detail?.refund ?? [])
      const areInOrder = numbers.every((number, index) => number >= (numbers[index - 1] ?? 0))
      return broken(areInOrder || facts.isSetBack, numbers)
    },
  'A workflow that carries out refunds does not end before those that it was told of are through, unless commits were lost.':
    ({ books: { snapshot }, runs, facts }) => {
      const { refundsDone } = snapshot.purchase
      const hasEnded = runs.some(({ start, status }) => start.workflowType === 'refund' && status === 'completed')
      const isRight = !hasEnded || refundsDone >= facts.refundTold || facts.isSetBack
      return broken(isRight, { refundsDone, told: facts.refundTold })
    },
  'A purchase that knows of a cancellation in Temporal asks for no step up to the pivot any more.': ({ facts }) =>
    violationBy('purchase', facts),
  'The reconciler finds what nobody carries out and has no outcome yet.': ({ facts }) =>
    violationBy('reconciler', facts),
  // A replay is compared when it happens (workflow-machine.ts).
  'A workflow that is replayed asks for what it asked for before.': () => undefined,
}

const AT_REST: Record<string, Rule<World>> = {
  [CRASHED]: (world) => {
    const isAllowed = (status: Run['status']) => status !== 'open' && (status !== 'failed' || isListed(world))
    const left = world.runs.filter(({ status }) => !isAllowed(status))
    return broken(
      left.length === 0,
      left.map(({ start, status, pending }) => [start.workflowId, status, pending]),
    )
  },
  'The purchase has its outcome, and no refund is under way, or it is listed.': (world) => {
    const { settled, status } = world.books.snapshot.purchase
    return broken((settled && status !== 'refunding') || isListed(world), status)
  },
  'A settled purchase that is confirmed is completed, or refunded if that was asked for of all of it, and no other is.':
    (world) => {
      const { snapshot } = world.books
      if (isListed(world)) return undefined
      const { status } = snapshot.purchase
      const stands = keptOf(world) === 0 ? 'refunded' : 'completed'
      const isConfirmed = snapshot.steps.confirmPurchase === 'applied'
      return broken(isConfirmed ? status === stands : isUndone(status), status)
    },
  'A purchase is completed if nobody asked to cancel it, the business does not refuse it, no step was given up, it was not repaired after a step had happened and while nobody carried it out, no commit was lost, and nothing changed meanwhile.':
    (world) =>
      broken(isDisturbed(world) || refusalOf(world.books.order) !== undefined || isSold(world), statusOf(world)),
  'A purchase is refused if the business refuses it, nobody asked to cancel it, no step was given up, it was not repaired after a step had happened and while nobody carried it out, no commit was lost, and nothing changed meanwhile.':
    (world) =>
      broken(
        isDisturbed(world) || refusalOf(world.books.order) === undefined || statusOf(world) === 'refused',
        statusOf(world),
      ),
  'A refusal is the one that the business has a reason for.': (world) => {
    const { code } = world.books.snapshot.purchase
    const reasons = [refusalOf(world.books.order), world.facts.changes.includes('spent') && 'insufficient_points']
    return broken(statusOf(world) !== 'refused' || reasons.includes(code as string), code)
  },
  'A cancelled purchase was asked to be.': (world) => {
    const { cancelOnRecord, isCancelledInTemporal } = world.facts
    return broken(statusOf(world) !== 'cancelled' || cancelOnRecord !== undefined || isCancelledInTemporal, world.facts)
  },
  'A request to cancel that is on record before the pivot and before any compensation ends as cancelled, unless commits were lost.':
    (world) =>
      broken(
        world.facts.cancelOnRecord !== 'in time' || world.facts.isSetBack || statusOf(world) === 'cancelled',
        statusOf(world),
      ),
  'A purchase that failed at a step had given up that step, which comes before the pivot.': ({
    books: { snapshot },
    facts,
  }) => {
    const { status, code, detail } = snapshot.purchase
    if (status !== 'failed' || code !== 'step_unavailable') return undefined
    const { step } = detail as { step: string }
    const isBeforePivot = ['reserveStock', 'redeemPoints', 'chargeWallet'].includes(step)
    return broken(isBeforePivot && facts.exhausted.includes(step), { step, exhausted: facts.exhausted })
  },
  'A purchase that was interrupted was repaired, after a step of it had happened and while nobody carried it out, or commits were lost.':
    ({ books: { snapshot }, facts }) => {
      const { status, code } = snapshot.purchase
      return broken(status !== 'failed' || code === 'step_unavailable' || facts.isRepaired || facts.isSetBack, { code })
    },
  'The outcome is the reason that the compensation began with, unless commits were lost.': ({
    books: { snapshot },
    facts,
  }) => {
    const began = snapshot.timeline.find(({ entry }) => entry === 'purchase compensating')
    const ended = snapshot.timeline.find(({ entry }) => /^purchase (refused|cancelled|failed)$/.test(entry))
    return broken(facts.isSetBack || JSON.stringify(began?.detail) === JSON.stringify(ended?.detail), { began, ended })
  },
  'A completed purchase took stock, money and points once, and its award is booked once, parked because it was given up, or dismissed.':
    (world) =>
      statusOf(world) === 'completed' && keptOf(world) === world.books.order.quantity ? brokenSale(world) : undefined,
  'A purchase that was refused, cancelled or failed moved nothing in the end, and none of its steps is in force.': ({
    books,
  }) => (isUndone(books.snapshot.purchase.status) ? brokenUndo(books.snapshot) : undefined),
  'A purchase of which a part was refunded is as if only what is kept had been bought, but for the value of awarded points that were spent.':
    (world) =>
      statusOf(world) === 'completed' && keptOf(world) < world.books.order.quantity ? brokenSale(world) : undefined,
  'A refunded purchase gave everything back, but for the value of awarded points that were spent.': (world) =>
    statusOf(world) === 'refunded' ? brokenSale(world) : undefined,
}

/** The rules of the page and those of this file are the same. */
export const RULES = { atAnyTime: Object.keys(AT_ANY_TIME), atRest: Object.keys(AT_REST) }

/** What a world has that the specification does not allow. `isAtRest`: nothing is left to happen by itself. */
export function judge(world: World, isAtRest: boolean): Finding | undefined {
  for (const { start, defect } of world.runs) {
    if (defect !== undefined) return { rule: CRASHED, detail: `${start.workflowId}: ${defect}`, isCrash: true }
  }
  for (const [rule, check] of [...Object.entries(AT_ANY_TIME), ...(isAtRest ? Object.entries(AT_REST) : [])]) {
    const detail = check(world)
    if (detail !== undefined) return { rule, detail }
  }
  return undefined
}

/** Whether it waits for an operator, because commits were lost. */
const isListed = ({ books, facts }: World) => facts.isSetBack && books.snapshot.listed !== null

const violationBy = (saga: 'purchase' | 'reconciler', { violations }: World['facts']) =>
  violations.find(({ by }) => by === saga)?.what

function broken(isRight: boolean, found: unknown): string | undefined {
  return isRight ? undefined : JSON.stringify(found)
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const entriesOf = (snapshot: Snapshot) => snapshot.timeline.map(({ entry }) => entry)

const statusOf = (world: World) => world.books.snapshot.purchase.status

const isSold = (world: World) => ['completed', 'refunding', 'refunded'].includes(statusOf(world))

const isUndone = (status: string) => ['refused', 'cancelled', 'failed'].includes(status)

/** Whether anything happened that can keep a purchase from the outcome that the business gives it. */
function isDisturbed({ facts }: World): boolean {
  const steps = facts.exhausted.filter(
    (name) => (PURCHASE_STEPS as readonly string[]).includes(name) && name !== 'awardPoints',
  )
  return (
    facts.cancelOnRecord !== undefined ||
    facts.isCancelledInTemporal ||
    facts.isRepaired ||
    facts.isSetBack ||
    facts.changes.length > 0 ||
    steps.length > 0
  )
}

/** How many pieces are kept, when all refunds on record are through. */
const keptOf = ({ books }: World) => books.order.quantity - piecesBackOf(books.snapshot)

/** What the sample campaign gives: a tenth of what was charged, in major units, if that is more than 100. */
function earnedBy(amountMinor: number): number {
  const charged = amountMinor / 100
  return charged > 100 ? Math.round(charged / 10) : 0
}

function brokenPoints({ account, lots, allocations, pointsEvents }: Snapshot): string | undefined {
  if (!account) return broken(lots.length === 0 && pointsEvents.length === 0, { lots, pointsEvents })
  const change = ({ type, amount, reverses }: Snapshot['pointsEvents'][number]) =>
    type === 'issued' || reverses === 'redeem' ? amount : -amount
  const isRight =
    account.balance === account.issued - account.redeemed - account.expired - account.takenBack &&
    account.balance === sum(pointsEvents.map(change)) &&
    account.balance === sum(lots.map(({ remaining }) => remaining)) &&
    account.issued === sum(lots.map(({ original }) => original)) &&
    account.redeemed === sum(allocations) &&
    account.version === pointsEvents.length &&
    account.balance >= 0 &&
    account.takenBack === sum(lots.map(({ takenBack }) => takenBack)) &&
    lots.every(
      ({ original, remaining, expired, takenBack, claimed, claimedExpired, owed }) =>
        remaining >= 0 &&
        remaining + expired + takenBack <= original &&
        takenBack + claimedExpired + owed <= claimed &&
        claimedExpired <= expired &&
        claimed <= original &&
        owed >= 0,
    )
  return broken(isRight, { account, lots, allocations, pointsEvents })
}

/** What there was before the purchase, or would be without it: what came and went elsewhere is in. */
function without({ movements, walletEntries, pointsEvents }: Snapshot): {
  stock: number
  money: number
  points: number
} {
  const elsewhere = (reason: string) => ['initial', 'adjustment', 'opening', 'top_up'].includes(reason)
  const points = pointsEvents.map(({ reason, amount }) =>
    reason === 'gift' ? amount : reason === 'spent' ? -amount : 0,
  )
  return {
    stock: sum(movements.filter(({ reason }) => elsewhere(reason)).map(({ quantity }) => quantity)),
    money: sum(walletEntries.filter(({ reason }) => elsewhere(reason)).map(({ amountMinor }) => amountMinor)),
    points: sum(points),
  }
}

/** What a purchase that stands has against it, with as many of its pieces as are kept. */
function brokenSale(world: World): string | undefined {
  const { snapshot, order } = world.books
  const { product, movements, balanceMinor, walletEntries, award, account, pointsEvents, lots, purchase } = snapshot
  const kept = keptOf(world)
  const { stock, money, points } = without(snapshot)
  const [bought, keeps] = [paymentFor(order, order.quantity), paymentFor(order, kept)]
  const count = <Of>(all: readonly Of[], isMeant: (one: Of) => boolean) => all.filter(isMeant).length
  const refunds = count(snapshot.timeline, ({ entry }) => entry === 'purchase refunding')
  const ofPurchase = ({ reason }: { reason: string }) => reason === 'purchase'
  const issued = pointsEvents.filter((event) => event.type === 'issued' && ofPurchase(event))
  const takenBack = sum(pointsEvents.filter(({ reverses }) => reverses === 'issue').map(({ amount }) => amount))
  const left = sum(issued.map(({ amount }) => amount)) - takenBack
  const earned = earnedBy(keeps.amountMinor)
  const spent = award?.state === 'booked' ? left - earned : 0
  const withheldMinor = spent * purchase.pointValueMinor
  const given = {
    amountMinor: bought.amountMinor - keeps.amountMinor - withheldMinor,
    withheldMinor,
    shortfallMinor: 0,
    pointsReturned: bought.points - keeps.points,
    pointsWithheld: 0,
    pointsTakenBack: takenBack,
    pointsSpent: spent,
  }
  const isRight =
    product.onHand === stock - kept &&
    product.reserved === 0 &&
    count(movements, ({ reason }) => reason === 'return') === refunds &&
    balanceMinor === money - keeps.amountMinor - withheldMinor &&
    count(walletEntries, ({ reason }) => reason === 'charge') === 1 &&
    count(walletEntries, ({ reason }) => reason === 'refund') === (bought.amountMinor > 0 ? refunds : 0) &&
    count(pointsEvents, (event) => event.type === 'redeemed' && ofPurchase(event)) === (bought.points > 0 ? 1 : 0) &&
    count(pointsEvents, ({ reverses }) => reverses === 'redeem') === (bought.points > 0 ? refunds : 0) &&
    issued.length === (award?.state === 'booked' ? 1 : 0) &&
    (account?.balance ?? 0) === points - keeps.points + left &&
    isAwardRight(world, earned) &&
    // The money made good what was spent, and only when nothing was left.
    lots.every((lot) => lot.owed === 0 && (spent === 0 || !ofPurchase(lot) || lot.remaining === 0)) &&
    (refunds === 0 ? spent === 0 && purchase.refund === null : spent >= 0 && isDeepStrictEqual(purchase.refund, given))
  const { refund } = purchase
  return broken(isRight, {
    kept,
    product,
    movements,
    balanceMinor,
    walletEntries,
    award,
    account,
    pointsEvents,
    lots,
    refund,
    given,
  })
}

/** @param earned by what is kept */
function isAwardRight({ books: { snapshot }, facts }: World, earned: number): boolean {
  const { award, purchase } = snapshot
  switch (award?.state) {
    case 'booked':
      return award.points >= earned
    case 'nothing':
      return earned === 0
    case 'parked':
      return award.earned === earned && purchase.status !== 'refunded' && facts.exhausted.includes('awardPoints')
    case 'dismissed':
      return facts.isDismissed
    default:
      return award?.state === 'voided' && purchase.status === 'refunded'
  }
}

function brokenUndo(snapshot: Snapshot): string | undefined {
  const { product, balanceMinor, account, steps, award } = snapshot
  const { stock, money, points } = without(snapshot)
  const isRight =
    product.onHand === stock &&
    product.reserved === 0 &&
    balanceMinor === money &&
    (account?.balance ?? 0) === points &&
    award === null &&
    Object.values(steps).every((state) => state !== 'applied')
  return broken(isRight, { product, balanceMinor, account, steps, award })
}
