import { join } from 'node:path'
import { asyncLocalStorage, Context, type Info } from '@temporalio/activity'
import { v7 as uuidv7 } from 'uuid'
import type * as CreateActivities from '#activities/create-activities.ts'
import type { AroundActivity } from '#activities/purchases.ts'
import type { LostSaga } from '#activities/reconciler.ts'
import type * as Campaigns from '#db/campaigns.ts'
import type { Database } from '#db/client.ts'
import type * as Products from '#db/products.ts'
import type * as Purchases from '#db/purchases.ts'
import type * as Refunds from '#db/refunds.ts'
import type * as Wallets from '#db/wallets.ts'
import { oneLot } from '#domain/points/account.ts'
import type * as Ledger from '#ledger/ledger.ts'
import { sampleCampaigns } from '#scripts/seed.ts'
import type * as Contract from '#workflows/contract.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'
import type { WorkflowStart } from './workflow-machine.ts'

/** What is bought, and by whom. Amounts in minor units; the sample campaign gives a tenth of what is charged, in major units. */
export type Order = {
  /** Of a piece. */
  priceMinor: number
  quantity: number
  stock: number
  balanceMinor: number
  points: number
  redeemPoints: number
}

/** What one point pays for. */
const POINT_MINOR = 10

/** What of an order is paid in money and in points for so many of its pieces. They share the points; the first have one more. */
export function paymentFor({ priceMinor, quantity, redeemPoints }: Order, pieces: number) {
  const points = pieces * Math.floor(redeemPoints / quantity) + Math.min(pieces, redeemPoints % quantity)
  return { points, amountMinor: pieces * priceMinor - points * POINT_MINOR }
}

/** Why the business refuses an order, in the order of the steps. */
export function refusalOf(order: Order): string | undefined {
  if (order.stock < order.quantity) return 'out_of_stock'
  if (order.redeemPoints > order.points) return 'insufficient_points'
  if (paymentFor(order, order.quantity).amountMinor > order.balanceMinor) return 'insufficient_funds'
  return undefined
}

/** One effect on the books, or one look into them: an activity, or what the API does on somebody's behalf. */
export type Call = { readonly name: string; readonly input: unknown }

/** `error`: the name of what was thrown; `message` is for people. */
export type Answer = { readonly value: unknown } | { readonly error: string; readonly message: string }

/** The books as far as one purchase is concerned. */
export type BooksState = {
  /** The same, whenever the books are the same but for ids and times. */
  readonly id: number
  readonly snapshot: Snapshot
  /** Calls that lead here from the order. */
  readonly path: readonly Call[]
  readonly order: Order
}

/** A call with what was answered, and the state of the books after it. */
export type Heard = { readonly call: Call; readonly answer: Answer; readonly stateId: number }

/** Stands for the purchase that is explored, whichever it is. */
export const PURCHASE = '00000000-0000-7000-8000-000000000000'

/** Input of `openRefund`: null for all that is left; `number` is that of the request. */
export type WantedPieces = { pieces: number | null; number: number }

/** Somebody who made the order in the real books, and what has happened to it since. */
type Buyer = { username: string; product: string; purchaseId: string }

/** The activity that looks for what nobody carries out: it is asked with the workflows that there are, and says what it starts. */
export const RECONCILER = 'reconcilePage'
export type ReconcilerQuestion = { cursor: unknown; workflows: Record<string, { isOpen: boolean; result?: unknown }> }
export type ReconcilerAnswer = { page: unknown; lost: WorkflowStart[] }

/** As the worker starts it. */
function startOf({ purchaseStart, repairStart, refundStart }: Code, found: LostSaga): WorkflowStart {
  if (found.saga === 'award') throw new Error('there are no events of other systems here')
  const starts = {
    purchase: () => purchaseStart(found.purchase, { lane: 'fast' }),
    repair: () => repairStart(found.purchase, 'its workflow was lost'),
    refund: () => refundStart(found.purchase),
  }
  const { workflowType, workflowId, args } = starts[found.saga]()
  return { workflowType, workflowId, input: args[0] }
}

/** One attempt at an activity runs others, each of which is a call of its own. */
const COMPOSITE = 'tryAllSteps'

export type Books = Awaited<ReturnType<typeof openBooks>>

/**
 * The real activities on the real database. Each answer is remembered by the state of the books that it was given in: what was asked
 * once is asked of the memory from then on. `walk` asks the database alone.
 *
 * @param root folder of the sources whose activities these are
 */
export async function openBooks(root: string, sql: Database, owner: Database) {
  const code = await load(root)
  const ledger = code.createPointsLedger(sql, { alsoCommits: code.readGrantsTakenBack })
  let workflows: ReconcilerQuestion['workflows'] = {}
  const readWorkflow = async (id: string) => workflows[id] ?? { isOpen: false }
  const lost: WorkflowStart[] = []
  const startLost = async (found: LostSaga) => {
    lost.push(startOf(code, found))
    // Else the reconciler would wait for what the model only starts when it is through.
    return false
  }
  const deps = { sql, ledger, pointsTtlDays: 365, readWorkflow, startLost }
  const activities = code.createActivities(deps, [recorded])
  await code.addMissingCampaigns(sql, sampleCampaigns({ digits: 2 }), 'explore')
  const buyers = createBuyers()
  const initial = new Map<string, BooksState>()
  const states = new Map<string, BooksState>()
  const remembered = new Map<string, { answer: Answer; state: BooksState }>()
  /** Buyers by the state that their books are in, to go on from. */
  const waiting = new Map<number, Buyer[]>()
  const counts = { asked: 0, performed: 0, buyers: 0 }

  /** What is not an activity: the API, a customer, the hour that passes before the reconciler looks. */
  const others: Record<string, (buyer: Buyer, input: never) => Promise<unknown>> = {
    requestCancel: ({ purchaseId }) => code.requestCancel(sql, purchaseId, 'explore'),
    async openRefund({ purchaseId, username, product }, { pieces, number }: WantedPieces) {
      if (pieces === null) return await code.openRefund(sql, { purchaseId, actor: 'explore' })
      const request = { scope: username, key: `refund/${purchaseId}/${number}`, requestHash: '' }
      const lines = [{ productId: product, quantity: pieces }]
      return await code.openRefund(sql, { purchaseId, lines, request, actor: 'explore' })
    },
    dismissAward: ({ purchaseId }) => code.dismissAward(sql, purchaseId, 'explored', 'explore'),
    async spendPoints({ username }, { amount }: { amount: number }) {
      const why = { reason: 'spent', reference: username, actor: username }
      const key = `spent/${username}`
      await ledger.execute({ accountId: username, key, requestHash: '', command: { type: 'redeem', amount, ...why } })
    },
    async supply({ username, product }) {
      const request = { scope: 'explore', key: `supply/${username}`, requestHash: '' }
      await code.adjustStock(sql, request, { productId: product, quantity: 1, note: 'supply', actor: 'explore' })
      const topUp = { username, amountMinor: 10_000, actor: 'explore' }
      await code.topUpWallet(sql, { ...request, key: `top-up/${username}` }, topUp)
      await giftPoints(ledger, username, { amount: 20, key: 'supply' })
    },
    async [RECONCILER]({ purchaseId }, asked: ReconcilerQuestion): Promise<ReconcilerAnswer> {
      workflows = asked.workflows
      // An hour later, and only this one has been quiet: other purchases are those of other histories.
      await owner`
        update purchases set updated_at = case when id = ${purchaseId} then now() - interval '1 hour' else '2100-01-01' end
        where id = ${purchaseId} or updated_at < '2100-01-01'`
      lost.length = 0
      const page = await activities.reconcilePage(asked.cursor as never)
      return { page, lost: [...lost] }
    },
  }

  async function perform(buyer: Buyer, { name, input }: Call): Promise<Answer> {
    const given = JSON.parse(JSON.stringify(input).replaceAll(PURCHASE, buyer.purchaseId))
    try {
      const activity = activities[name as keyof typeof activities] as (input: unknown) => Promise<unknown>
      const value = await inActivity(() => others[name]?.(buyer, given as never) ?? activity(given))
      return { value: normalised(value ?? null, buyer) }
    } catch (error) {
      const { name: kind = 'Error', message = '' } = error as Error
      return { error: kind, message: normalised(message, buyer) as string }
    }
  }

  async function stateOf(buyer: Buyer, order: Order, path: readonly Call[]): Promise<BooksState> {
    const snapshot = normalised(await readSnapshot(sql, buyer), buyer) as Snapshot
    const key = JSON.stringify([order, snapshot])
    const known = states.get(key) ?? { id: states.size, snapshot, path, order }
    states.set(key, known)
    return known
  }

  /** A buyer whose books are in a state: one that waits there, or a new one who is led to it. */
  async function buyerAt(state: BooksState): Promise<Buyer> {
    const ready = waiting.get(state.id)?.pop()
    if (ready) return ready
    const buyer = await newBuyer(state.order)
    for (const call of state.path) await perform(buyer, call)
    return buyer
  }

  async function newBuyer(order: Order): Promise<Buyer> {
    counts.buyers += 1
    return await buyers.next(code, sql, ledger, order)
  }

  const heard: Heard[] = []

  async function asked(state: BooksState, call: Call): Promise<{ answer: Answer; state: BooksState }> {
    counts.asked += 1
    const key = `${state.id}${JSON.stringify(call)}`
    const known = remembered.get(key)
    if (known) return known
    counts.performed += 1
    const buyer = await buyerAt(state)
    const answer = await perform(buyer, call)
    const after = await stateOf(buyer, state.order, [...state.path, call])
    waiting.set(after.id, [...(waiting.get(after.id) ?? []), buyer])
    const next = { answer, state: after }
    remembered.set(key, next)
    return next
  }

  return {
    counts: counts as Readonly<typeof counts>,
    /** What was asked for since somebody last emptied this. */
    heard,

    /** The books right after an order. */
    async begin(order: Order): Promise<BooksState> {
      const key = JSON.stringify(order)
      const known = initial.get(key) ?? (await stateOf(await newBuyer(order), order, []))
      initial.set(key, known)
      return known
    },

    async ask(state: BooksState, call: Call): Promise<{ answer: Answer; state: BooksState }> {
      const next = await asked(state, call)
      heard.push({ call, answer: next.answer, stateId: next.state.id })
      return next
    },

    /** Makes the calls on the books of a new buyer, whatever is remembered. @returns the answers, and the state in the end */
    async walk(order: Order, calls: readonly Call[]): Promise<{ answers: Answer[]; stateId: number }> {
      const buyer = await newBuyer(order)
      const answers: Answer[] = []
      for (const call of calls) answers.push(await perform(buyer, call))
      return { answers, stateId: (await stateOf(buyer, order, calls)).id }
    },

    /**
     * How an attempt at an activity goes on, whose calls were answered so far as given.
     *
     * @param isOver whether its time is over, so that its signal is aborted
     */
    async goOn(attempt: Call, answers: readonly Answer[], isOver: boolean): Promise<{ call: Call } | Answer> {
      if (attempt.name !== COMPOSITE) return answers[0] ?? { call: attempt }
      const next = Promise.withResolvers<{ call: Call }>()
      const left = [...answers]
      const record: Recorder = async (name, input) => {
        const answer = left.shift()
        if (!answer) {
          next.resolve({ call: { name, input } })
          return await new Promise<never>(() => {})
        }
        if ('error' in answer) throw Object.assign(new Error(answer.message), { name: answer.error })
        return answer.value
      }
      const signal = isOver ? AbortSignal.abort() : new AbortController().signal
      const whole = inActivity(() => activities[COMPOSITE](attempt.input as never), { signal, record }).then(
        (value): Answer => ({ value }),
        (error: Error): Answer => ({ error: error.name, message: error.message }),
      )
      return await Promise.race([next.promise, whole])
    },

    activityNames: Object.keys(activities),
  }
}

/** The code that is explored: that of `root`, which need not be the one that this file belongs to. */
async function load(root: string) {
  const [activities, purchases, refunds, campaigns, awards, ledger, products, wallets, contract] = await Promise.all([
    import(join(root, 'activities/create-activities.ts')) as Promise<typeof CreateActivities>,
    import(join(root, 'db/purchases.ts')) as Promise<typeof Purchases>,
    import(join(root, 'db/refunds.ts')) as Promise<typeof Refunds>,
    import(join(root, 'db/campaigns.ts')) as Promise<typeof Campaigns>,
    import(join(root, 'db/awards.ts')) as Promise<typeof import('#db/awards.ts')>,
    import(join(root, 'ledger/ledger.ts')) as Promise<typeof Ledger>,
    import(join(root, 'db/products.ts')) as Promise<typeof Products>,
    import(join(root, 'db/wallets.ts')) as Promise<typeof Wallets>,
    import(join(root, 'workflows/contract.ts')) as Promise<typeof Contract>,
  ])
  const ofDatabase = { ...purchases, ...refunds, ...campaigns, ...awards, ...products, ...wallets }
  return { ...activities, ...ofDatabase, ...ledger, ...contract }
}

type Recorder = (name: string, input: unknown) => Promise<unknown>
const recorders = new WeakMap<Context, Recorder>()

/** What an attempt at the composite activity calls goes to its recorder; every other activity runs as it is. */
const recorded: AroundActivity = async (name, input, run) => {
  const recorder = recorders.get(Context.current())
  if (!recorder || name === COMPOSITE) return await run()
  return (await recorder(name, input)) as Awaited<ReturnType<typeof run>>
}

async function inActivity<Value>(
  run: () => Value,
  { signal = new AbortController().signal, record }: { signal?: AbortSignal; record?: Recorder } = {},
): Promise<Awaited<Value>> {
  const never = new Promise<never>(() => {})
  const none = undefined as never
  const context = new Context({ isLocal: false, attempt: 1 } as Info, never, signal, () => {}, none, none, none, none)
  if (record) recorders.set(context, record)
  return await asyncLocalStorage.run(context, async () => await run())
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const INSTANT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)?/g

/** The same for every buyer: names stand for ids, and no time is left. */
function normalised(value: unknown, { purchaseId, username, product }: Buyer): unknown {
  const text = JSON.stringify(value)
    .replaceAll(purchaseId, PURCHASE)
    .replaceAll(username, 'buyer')
    .replaceAll(product, 'product')
    .replaceAll(UUID, (id) => (id === PURCHASE ? id : 'id'))
    .replaceAll(INSTANT, 'time')
  return JSON.parse(text)
}

/** They end before those of an award, so they are spent first. */
async function giftPoints(
  ledger: Ledger.PointsLedger,
  accountId: string,
  { amount, key }: { amount: number; key: string },
) {
  const why = { reason: 'gift', reference: 'explore', actor: 'explore' }
  const command = { type: 'issue' as const, ...oneLot(amount, 300), ...why }
  await ledger.execute({ accountId, key: `${key}/${accountId}`, requestHash: '', command })
}

/** New buyers, each with a product of their own, made by the dozen. */
function createBuyers() {
  const ready = new Map<string, { username: string; product: string }[]>()
  let made = 0

  async function make(code: Code, sql: Database, ledger: Ledger.PointsLedger, order: Order) {
    const numbers = Array.from({ length: 40 }, () => String(++made).padStart(7, '0'))
    const some = numbers.map((number) => ({ username: `explorer-${number}`, product: `explored-${number}` }))
    await code.addMissingUsers(
      sql,
      some.map(({ username }) => ({ username, balanceMinor: order.balanceMinor })),
    )
    const { priceMinor, stock } = order
    await code.addMissingProducts(
      sql,
      some.map(({ product }) => ({ id: product, name: product, description: '', image: '', priceMinor, stock })),
    )
    const { points } = order
    if (points > 0) {
      await Promise.all(some.map(({ username }) => giftPoints(ledger, username, { amount: points, key: 'gift' })))
    }
    return some
  }

  return {
    async next(code: Code, sql: Database, ledger: Ledger.PointsLedger, order: Order): Promise<Buyer> {
      const key = JSON.stringify(order)
      const some = ready.get(key)?.length ? (ready.get(key) ?? []) : await make(code, sql, ledger, order)
      ready.set(key, some)
      const { username, product } = some.shift() as (typeof some)[number]
      const opened = await code.openPurchase(sql, {
        purchaseId: uuidv7(),
        scope: username,
        idempotencyKey: 'explored',
        requestHash: '',
        username,
        lines: [{ productId: product, quantity: order.quantity }],
        redeemPoints: order.redeemPoints,
        pointValueMinor: POINT_MINOR,
        actor: 'explore',
      })
      if (!opened.ok) throw new Error(`the order was not taken: ${opened.problem}`)
      return { username, product, purchaseId: opened.purchaseId }
    },
  }
}

type Code = Awaited<ReturnType<typeof load>>
