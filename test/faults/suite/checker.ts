import { keyDigest } from '#api/idempotency.ts'
import type { Sql } from '#db/client.ts'
import { type Body, isNoAnswer, type Kind, type Operation, type Told } from './clients.ts'
import { BUYERS, LAST_ONES, PARTNER, POINT_VALUE_MINOR, PRODUCTS } from './load.ts'

/**
 * Compares what clients were told with what is stored, after everything has settled. It knows the shop as it was before anything
 * happened, what was asked for and what was answered, and reads the outcomes of purchases and the final sums. That history adds up to
 * those sums is the audit's to say; that they are the right ones is said here, from the prices and amounts that clients sent.
 */
export function checkTold(stored: Stored, operations: readonly Operation[], touched: Touched): Verdict {
  const violations: string[] = []
  const outcomes = new Map<string, number>()
  const unknown = new Map<string, number>()
  const cancels = new Set(operations.flatMap(({ kind, key }) => (kind === 'cancel' ? key : [])))
  const count = (counts: Map<string, number>, what: string) => void counts.set(what, (counts.get(what) ?? 0) + 1)

  for (const operation of operations) {
    const report = (what: string) => violations.push(`${what}: ${JSON.stringify(operation)}`)
    const found = outcomeOf(stored, operation)
    const answers = operation.told.filter((told): told is Answered => 'status' in told && !isNoAnswer(told))
    if (answers.length === 0) {
      const only503 = operation.told.every((told) => 'status' in told) ? ', told 503' : ''
      count(unknown, `${operation.kind}${only503}: ${found === undefined ? 'had not happened' : found}`)
    }
    for (const what of checkFailures(operation)) report(what)
    for (const what of CHECKS[operation.kind]({ operation, answers, stored, touched, cancels })) report(what)
    count(outcomes, `${operation.kind}: ${found ?? summaryOf(answers)}`)
  }
  violations.push(...checkSums(stored, operations), ...checkNothingElse(stored, operations))
  return { violations, outcomes: sorted(outcomes), unknown: sorted(unknown) }
}

export type Verdict = {
  /** Each is a promise that was not kept. */
  violations: string[]
  /** How many operations of a kind ended how. */
  outcomes: Record<string, number>
  /** Operations of which no client ever learnt how they ended, and what came of them. */
  unknown: Record<string, number>
}

/**
 * Purchases whose workflow was cancelled or taken away from outside, and each time when: they may begin to be undone for that, without any
 * client asking for it. And ids of workflows about nothing, which wait for an operator.
 */
export type Touched = {
  readonly cancelled: Map<string, number[]>
  readonly interrupted: Map<string, number[]>
  readonly poisoned: Set<string>
}

export function touch(touched: Touched['cancelled'], id: string): void {
  touched.set(id, [...(touched.get(id) ?? []), Date.now()])
}

/** A workflow that was taken away is found within three minutes, when nothing else comes in between. */
const EXCUSED_MS = 5 * 60_000

function isExcused(touched: Touched['cancelled'], { id, undoneSince }: StoredPurchase): boolean {
  const since = undoneSince === null ? Number.NaN : undoneSince.getTime()
  return (touched.get(id) ?? []).some((at) => since >= at && since <= at + EXCUSED_MS)
}

type Answered = Extract<Told, { status: number }>
type Case = {
  operation: Operation
  answers: readonly Answered[]
  stored: Stored
  touched: Touched
  cancels: Set<string>
}

// ---------------------------------------------------------------------------------------------------------------------
// What is stored

type StoredPurchase = {
  id: string
  key: string
  userId: string
  status: string
  code: string | null
  totalMinor: number | null
  redeemPoints: number
  pointsIssued: number
  award: string | null
  /** What all of its refunds gave back. */
  refund: GivenBack | null
  /** In their order, by the digest of the key that they were asked for with, if with one. */
  refunds: { key: string | null; given: GivenBack | null }[]
  hasBegun: boolean
  /** When its compensation began. */
  undoneSince: Date | null
  lines: { productId: string; quantity: number; refunded: number }[]
}

type GivenBack = { amountMinor: number; withheldMinor: number; pointsReturned: number; pointsTakenBack: number }

export type Stored = Awaited<ReturnType<typeof readStored>>

export async function readStored(sql: Sql) {
  const purchases = await sql<StoredPurchase[]>`
    select p.id, p.idempotency_key as key, p.user_id as "userId", p.status, p.code, p.total_minor as "totalMinor",
      p.redeem_points as "redeemPoints", coalesce(a.points, 0) as "pointsIssued", a.state as award, p.refund,
      exists (select from purchase_events e where e.purchase_id = p.id and e.state = 'applied') as "hasBegun",
      (select e.at from purchase_events e where e.purchase_id = p.id and e.state = 'compensating') as "undoneSince",
      (select coalesce(jsonb_agg(jsonb_build_object('key', f.idempotency_key, 'given', s.answer) order by f.number), '[]')
        from refunds f left join saga_steps s on s.key = f.purchase_id || '/returnMoney/' || f.number
        where f.purchase_id = p.id) as refunds,
      (select jsonb_agg(jsonb_build_object('productId', product_id, 'quantity', quantity, 'refunded', (
          select coalesce(sum(quantity), 0) from refund_lines back
          where back.purchase_id = p.id and back.product_id = l.product_id
        ))) from purchase_lines l
        where l.purchase_id = p.id) as lines
    from purchases p left join awards a on a.id = p.id`
  /** Effects of other requests, by the digest of the key that they were sent with. */
  const effects = await sql<{ key: string; effect: string; amount: number }[]>`
    select reference as key, 'top_up' as effect, amount_minor::bigint as amount from wallet_entries where reason = 'top_up'
    union all
    select reference, 'adjust_stock', quantity from stock_movements where reason = 'adjustment'
    union all
    select reference, type, amount from points_events where reason not in ('purchase', 'event')
    union all
    select idempotency_key, a.state, a.points from external_events e join awards a on a.id = e.id
    union all
    select key, 'edited', 0 from idempotency_keys where refusal is null
      and key in (select key from idempotency_keys where resource ~ '^[0-9a-f-]{36}$')`
  const transactions = await sql<{ id: string; amount: number }[]>`
    select transaction_id as id, amount from points_events where reason not in ('purchase', 'event')`
  const wallets = await sql<
    { id: string; amount: number }[]
  >`select user_id as id, balance_minor::bigint as amount from wallets`
  const products = await sql<{ id: string; amount: number; reserved: number }[]>`
    select id, on_hand as amount, reserved from products`
  const accounts = await sql<{ id: string; amount: number }[]>`
    select u.username as id, a.balance as amount from points_accounts a join users u on u.id = a.account_id`
  const spendings = new Map<string, number>()
  for (const purchase of purchases)
    spendings.set(purchase.userId, (spendings.get(purchase.userId) ?? 0) + priceOf(purchase))
  return {
    /** By buyer, the prices of all orders, whatever became of them. */
    spendings,
    purchases: new Map(purchases.map((purchase) => [purchase.key, purchase])),
    purchasesById: new Map(purchases.map((purchase) => [purchase.id, purchase])),
    effects: Map.groupBy(effects, ({ key }) => key),
    transactions: new Map(transactions.map(({ id, amount }) => [id, amount])),
    wallets: new Map(wallets.map(({ id, amount }) => [id, amount])),
    products: new Map(products.map((product) => [product.id, product])),
    accounts: new Map(accounts.map(({ id, amount }) => [id, amount])),
  }
}

/** What came of an operation, in a word; undefined: nothing. */
function outcomeOf(stored: Stored, { kind, key, path }: Operation): string | undefined {
  switch (kind) {
    case 'purchase': {
      const purchase = stored.purchases.get(keyDigest(key))
      return purchase && [purchase.status, purchase.code].filter(Boolean).join(' ')
    }
    case 'cancel':
    case 'refund':
    case 'refund_part':
    case 'repair':
      return purchaseOf(stored, { path })?.status
    default:
      return stored.effects.get(keyDigest(key))?.[0]?.effect
  }
}

/** The purchase that an operation is about, by its path. */
function purchaseOf(stored: Stored, { path }: Pick<Operation, 'path'>): StoredPurchase | undefined {
  return stored.purchasesById.get(path.split('/').find((part) => UUID.test(part)) ?? '')
}

const UUID = /^[0-9a-f-]{36}$/

function summaryOf(answers: readonly Answered[]): string {
  const last = answers.at(-1)
  return last ? `${last.status} ${last.body.code ?? ''}`.trim() : 'nothing'
}

// ---------------------------------------------------------------------------------------------------------------------
// What each kind of operation promises

const SOLD = ['completed', 'refunding', 'refunded']
const FINAL = ['completed', 'refused', 'cancelled', 'failed', 'refunded']

/** By what a purchase that ended without a sale is answered. */
const STATUS_OF_CODE: Record<string, string> = {
  out_of_stock: 'refused',
  insufficient_funds: 'refused',
  insufficient_points: 'refused',
  price_changed: 'refused',
  redeem_exceeds_total: 'refused',
  cancelled: 'cancelled',
  purchase_failed: 'failed',
}

const CHECKS: Record<Kind, (asked: Case) => string[]> = {
  purchase: checkPurchase,
  cancel: checkCancel,
  refund: checkRefund,
  refund_part: checkRefundPart,
  repair: ({ operation, answers, stored }) =>
    answers.flatMap(({ status, body }) => settledAs(stored.purchasesById.get(operation.key), status, body)),
  top_up: (asked) => checkOnce(asked, Math.round(Number(bodyOf(asked.operation).amount) * 100)),
  adjust_stock: (asked) => checkOnce(asked, Number(bodyOf(asked.operation).quantity)),
  issue: checkPoints,
  redeem: checkPoints,
  event: checkEvent,
  edit_campaign: ({ operation, answers, stored }) => {
    const times = stored.effects.get(keyDigest(operation.key))?.length ?? 0
    const done = answers.some(({ status }) => status < 300)
    return [
      ...(done && times !== 1 ? [`the campaign was changed ${times} times`] : []),
      ...(!done && answers.length > 0 && times > 0 ? ['refused, and changed all the same'] : []),
    ]
  },
  // Whatever it is, it is answered, and by no failure of ours: see `checkFailures`.
  poison: () => [],
}

/** What is on record is accepted, whether or not Temporal is there. */
const NEVER_WAITS_FOR_TEMPORAL: readonly Kind[] = ['purchase', 'cancel', 'refund', 'refund_part', 'event']

/** The one failure of ours that anybody may be told of is that the database is away, or Temporal where nothing is on record. */
function checkFailures({ kind, told }: Operation): string[] {
  return told.flatMap((one) => {
    if (!('status' in one) || one.status < 500) return []
    const { status, body } = one
    const isAllowed =
      body.code === 'database_unavailable' ||
      (body.code === 'temporal_unavailable' && !NEVER_WAITS_FOR_TEMPORAL.includes(kind))
    return status === 503 && isAllowed ? [] : [`answered ${status} ${body.code}`]
  })
}

function checkPurchase({ operation, answers, stored, touched, cancels }: Case): string[] {
  const purchase = stored.purchases.get(keyDigest(operation.key))
  const onRecord = operation.told.some(
    (told) => 'status' in told && (told.status === 200 || told.status === 202 || told.body.purchaseId !== undefined),
  )
  if (!purchase) return onRecord ? ['it was accepted, and is not there'] : []
  const faults: string[] = []
  if (!FINAL.includes(purchase.status)) faults.push(`it never ended: ${purchase.status}`)
  const ids = new Set(operation.told.flatMap((told) => ('status' in told ? (told.body.purchaseId ?? []) : [])))
  if ([...ids].some((id) => id !== purchase.id)) faults.push(`one key, several purchases: ${[...ids, purchase.id]}`)
  for (const { status, body } of answers) {
    if (status === 200) faults.push(...checkReceipt(operation, purchase, body))
    else if (status === 409) {
      const expected = STATUS_OF_CODE[body.code ?? '']
      if (expected !== purchase.status) faults.push(`told ${body.code}, and it is ${purchase.status}`)
      if (expected === 'refused' && body.code !== purchase.code)
        faults.push(`told ${body.code}, and it is ${purchase.code}`)
    } else if (status !== 202) faults.push(`an order in good form was answered ${status} ${body.code}`)
  }
  if (purchase.status === 'failed' && !purchase.hasBegun) faults.push('it was accepted, never begun, and has failed')
  // No step fails for ten minutes, for no outage here is as long.
  if (purchase.status === 'failed' && !(purchase.code === 'interrupted' && isExcused(touched.interrupted, purchase)))
    faults.push(`it has failed (${purchase.code}), and nobody took its workflow away`)
  if (purchase.status === 'cancelled' && !cancels.has(purchase.id) && !isExcused(touched.cancelled, purchase))
    faults.push('it was cancelled, and nobody asked for it')
  return [...faults, ...checkRefusal(operation, purchase, stored), ...checkAward(purchase)]
}

/** A refusal has its reason, as far as it can be known whatever came first. */
function checkRefusal(operation: Operation, purchase: StoredPurchase, { spendings }: Stored): string[] {
  const { expectedTotal, redeemPoints } = bodyOf(operation)
  const priceMinor = priceOf(purchase)
  const isOtherPrice = expectedTotal !== undefined && toMinor(Number(expectedTotal)) !== priceMinor
  if (SOLD.includes(purchase.status)) return isOtherPrice ? ['sold for another price than was expected'] : []
  if (purchase.status !== 'refused') return []
  const { username: _, balanceMinor } = BUYERS.find(({ username }) => username === purchase.userId) ?? NOBODY
  // What was left at the least, had every order of theirs been charged and none given back.
  const leastMinor = balanceMinor - (spendings.get(purchase.userId) ?? 0) + priceMinor
  const reasons: Record<string, boolean> = {
    out_of_stock: purchase.lines.some(({ productId }) => (STOCK.get(productId) ?? 0) < PLENTY),
    insufficient_funds: leastMinor < priceMinor,
    insufficient_points: redeemPoints !== undefined,
    redeem_exceeds_total: Number(redeemPoints ?? 0) * POINT_VALUE_MINOR > priceMinor,
    price_changed: isOtherPrice,
  }
  return reasons[purchase.code ?? ''] ? [] : [`refused as ${purchase.code} without a reason`]
}

const NOBODY = { username: '', balanceMinor: 0 }
/** More than anybody buys of one thing in all. */
const PLENTY = 1_000_000
const STOCK = new Map([...PRODUCTS, ...LAST_ONES].map(({ id, stock }) => [id, stock]))

/** What the campaign gives that nobody edits, and no cap limits: once it is sold, neither less nor more. */
function checkAward(purchase: StoredPurchase): string[] {
  const { status, award, pointsIssued, redeemPoints } = purchase
  if (award === 'parked') return ['its points are parked, and no outage lasted ten minutes']
  if (status !== 'completed') return []
  const earned = earnedBy(priceOf(purchase) - redeemPoints * POINT_VALUE_MINOR)
  return pointsIssued === earned ? [] : [`it earned ${earned} points, and got ${pointsIssued}`]
}

/** A tenth of what was charged, in major units, if that is more than 100; rounded half to even. */
function earnedBy(chargedMinor: number): number {
  if (chargedMinor <= 100_00) return 0
  const [whole, rest] = [Math.floor(chargedMinor / 1_000), chargedMinor % 1_000]
  return rest > 500 || (rest === 500 && whole % 2 === 1) ? whole + 1 : whole
}

function checkReceipt(operation: Operation, purchase: StoredPurchase, body: Body): string[] {
  const told = { total: body.total, amount: body.amount, redeemed: body.pointsRedeemed }
  const priceMinor = priceOf(purchase)
  const redeemed = Number(bodyOf(operation).redeemPoints ?? 0)
  const due = { total: priceMinor / 100, amount: (priceMinor - redeemed * POINT_VALUE_MINOR) / 100, redeemed }
  return [
    ...(SOLD.includes(purchase.status) ? [] : [`told completed, and it is ${purchase.status}`]),
    ...(JSON.stringify(told) === JSON.stringify(due) ? [] : [`told ${JSON.stringify(told)} of ${JSON.stringify(due)}`]),
    ...(body.pointsIssued === 0 || body.pointsIssued === purchase.pointsIssued
      ? []
      : [`told ${body.pointsIssued} points, and there are ${purchase.pointsIssued}`]),
  ]
}

/** The price that the client knows. */
function priceOf({ lines }: StoredPurchase): number {
  return lines.reduce((sum, { productId, quantity }) => sum + quantity * (PRICES.get(productId) ?? Number.NaN), 0)
}

const PRICES = new Map([...PRODUCTS, ...LAST_ONES].map(({ id, priceMinor }) => [id, priceMinor]))

/** 200: it ended as that; 202: it ends. */
function settledAs(purchase: StoredPurchase | undefined, status: number, body: Body): string[] {
  if (!purchase) return ['its purchase is not there']
  if (!FINAL.includes(purchase.status)) return [`it never ended: ${purchase.status}`]
  if (status !== 200) return []
  const isSame = body.status === purchase.status || (body.status === 'completed' && SOLD.includes(purchase.status))
  return isSame ? [] : [`told ${body.status}, and it is ${purchase.status}`]
}

function checkCancel({ operation, answers, stored }: Case): string[] {
  const purchase = stored.purchasesById.get(operation.key)
  return answers.flatMap(({ status, body }) => settledAs(purchase, status, body))
}

function checkRefund({ operation, answers, stored }: Case): string[] {
  const purchase = stored.purchasesById.get(operation.key)
  return answers.flatMap(({ status, body }) => {
    if (status === 409) return purchase?.status === 'refunded' ? refundedLater(operation) : []
    const faults = settledAs(purchase, status, body)
    if (purchase?.status !== 'refunded') faults.push(`a refund was accepted, and it is ${purchase?.status}`)
    if (status === 200) faults.push(...asGiven(body, purchase?.refunds.at(-1)?.given))
    return faults
  })
}

/** Once if it was accepted, with what was told of it; not at all if it was refused. */
function checkRefundPart({ operation, answers, stored }: Case): string[] {
  const purchase = purchaseOf(stored, operation)
  const refunds = purchase?.refunds.filter(({ key }) => key === keyDigest(operation.key)) ?? []
  return answers.flatMap(({ status, body }) => {
    if (status === 409) return refunds.length === 0 ? [] : ['refused, and refunded']
    if (status >= 300) return []
    // Another one may have been under way.
    const faults = settledAs(purchase, body.status === 'refunding' ? 202 : status, body)
    if (refunds.length !== 1) faults.push(`a refund of a part was accepted, and carried out ${refunds.length} times`)
    return status === 200 ? [...faults, ...asGiven(body, refunds[0]?.given)] : faults
  })
}

function asGiven({ refund }: Body, given: GivenBack | null | undefined): string[] {
  const isSame = toMinor(refund?.amount) === given?.amountMinor && toMinor(refund?.withheld) === given?.withheldMinor
  return isSame ? [] : [`told ${JSON.stringify(refund)}, and it is ${JSON.stringify(given)}`]
}

/** One that came too early was refused; another one, sent later, was not. */
function refundedLater({ told }: Operation): string[] {
  return told.some((one) => isNoAnswer(one) || ('status' in one && one.status < 300)) ? [] : ['refused, and refunded']
}

/** Once, with the amount that was asked for, if it was accepted; not at all, if it was refused. */
function checkOnce({ operation, answers, stored }: Case, amount: number): string[] {
  const effects = stored.effects.get(keyDigest(operation.key)) ?? []
  const isDone = answers.some(({ status }) => status < 300)
  const isRefused = answers.some(({ status }) => status >= 400)
  return [
    ...(effects.length > 1 ? [`it happened ${effects.length} times`] : []),
    ...(effects.some((effect) => effect.amount !== amount) ? [`it is ${JSON.stringify(effects)}`] : []),
    ...(isDone && effects.length === 0 ? ['it was accepted, and is not there'] : []),
    ...(isRefused && (isDone || effects.length > 0) ? ['it was refused, and happened all the same'] : []),
  ]
}

function checkPoints(asked: Case): string[] {
  const { operation, answers, stored } = asked
  const ids = new Set(answers.flatMap(({ status, body }) => (status === 200 ? (body.id ?? []) : [])))
  return [
    ...checkOnce(asked, Number(bodyOf(operation).amount)),
    ...(ids.size > 1 ? [`one key, several transactions: ${[...ids]}`] : []),
    ...[...ids].flatMap((id) => (stored.transactions.has(id) ? [] : [`transaction ${id} is not there`])),
  ]
}

function checkEvent({ operation, answers, stored }: Case): string[] {
  const effects = stored.effects.get(keyDigest(operation.key)) ?? []
  const [event] = effects
  return answers.flatMap(({ status, body }) => {
    if (status >= 400) return [`an event in good form was answered ${status} ${body.code}`]
    if (!event || effects.length > 1) return [`it was accepted, and is there ${effects.length} times`]
    if (event.effect === 'pending') return ['it never ended']
    if (event.effect === 'parked') return ['its points are parked, and no outage lasted ten minutes']
    const { client, payload } = bodyOf(operation)
    // The steady campaign gives a point a star; the one that is edited all the time may give two more.
    const stars = client === PARTNER ? Number((payload as { stars: number }).stars) : 0
    if (event.amount < stars) return [`it earned ${stars} points at least, and got ${event.amount}`]
    if (client === PARTNER && event.amount > 3 * stars) return [`it got ${event.amount} points for ${stars} stars`]
    if (status === 202 || body.status === 'parked') return []
    const isSame = body.status === event.effect && body.points === event.amount
    return isSame ? [] : [`told ${body.status} ${body.points}, and it is ${JSON.stringify(event)}`]
  })
}

// ---------------------------------------------------------------------------------------------------------------------
// Whether it adds up

/** What wallets, shelves and accounts must hold, by what clients asked for and what became of it. */
function checkSums(stored: Stored, operations: readonly Operation[]): string[] {
  const money = new Map(BUYERS.map(({ username, balanceMinor }) => [username, balanceMinor]))
  const stock = new Map([...PRODUCTS, ...LAST_ONES].map(({ id, stock }) => [id, stock]))
  const points = new Map<string, number>()
  const add = (sums: Map<string, number>, id: string, amount: number) => void sums.set(id, (sums.get(id) ?? 0) + amount)

  for (const purchase of stored.purchases.values()) {
    if (!SOLD.includes(purchase.status)) continue
    const { userId, lines, redeemPoints, pointsIssued, refund } = purchase
    const paid = priceOf(purchase) - redeemPoints * POINT_VALUE_MINOR
    add(money, userId, (refund?.amountMinor ?? 0) - paid)
    add(points, userId, pointsIssued - redeemPoints + (refund ? refund.pointsReturned - refund.pointsTakenBack : 0))
    for (const { productId, quantity, refunded } of lines) add(stock, productId, refunded - quantity)
  }
  for (const operation of operations) {
    const { kind, key, path } = operation
    const body = bodyOf(operation)
    const [effect] = stored.effects.get(keyDigest(key)) ?? []
    if (!effect) continue
    if (kind === 'top_up') add(money, path.split('/')[2] ?? '', toMinor(Number(body.amount)) ?? 0)
    if (kind === 'adjust_stock') add(stock, path.split('/')[2] ?? '', Number(body.quantity))
    if (kind === 'issue') add(points, String(body.account_id), Number(body.amount))
    if (kind === 'redeem') add(points, String(body.account_id), -Number(body.amount))
    if (kind === 'event') add(points, String(body.account_id), effect.amount)
  }

  const shelf = new Map([...stored.products].map(([id, { amount }]) => [id, amount]))
  const reserved = [...stored.products.values()].filter((product) => product.reserved !== 0)
  return [
    ...differences('wallet', money, stored.wallets),
    ...differences('stock', stock, shelf),
    ...differences('points', points, stored.accounts),
    ...reserved.map(({ id, reserved: left }) => `${left} of ${id} are still reserved`),
  ]
}

function differences(what: string, due: Map<string, number>, found: ReadonlyMap<string, number>): string[] {
  const ids = new Set([...due.keys(), ...found.keys()])
  return [...ids].flatMap((id) => {
    const amount = due.get(id) ?? 0
    return (found.get(id) ?? 0) === amount ? [] : [`${what} of ${id}: ${found.get(id)} instead of ${amount}`]
  })
}

/** Nothing is there that nobody asked for. */
function checkNothingElse({ purchases }: Stored, operations: readonly Operation[]): string[] {
  const asked = new Set(operations.map(({ key }) => keyDigest(key)))
  return [...purchases.values()].flatMap(({ key, id }) => (asked.has(key) ? [] : [`nobody ordered purchase ${id}`]))
}

function bodyOf({ body }: Operation): Record<string, unknown> {
  return typeof body === 'object' ? body : {}
}

function toMinor(major: number | undefined): number | undefined {
  return major === undefined ? undefined : Math.round(major * 100)
}

function sorted(counts: Map<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
