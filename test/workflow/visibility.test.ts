import { defaultPayloadConverter } from '@temporalio/common'
import { beforeEach, describe, expect, test } from 'vitest'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { failing } from '#test/support/faults.ts'
import { shared } from '#test/support/shared-world.ts'
import { CUSTOMER, PURCHASE_STATUS, purchaseSummary, TOTAL_MINOR } from '#workflows/contract.ts'

/**
 * What the Web UI shows of a purchase, read from where the Web UI reads it: the description, the history, the workflow's
 * metadata and the visibility store. Purchases are made through the API, which sets part of it.
 */
const world = await shared(openApiWorld())
await world.shop.addProduct({ id: 'air', priceMinor: 170_000, stock: 1_000 })
await world.shop.addProduct({ id: 'ember', priceMinor: 1_999, stock: 1_000 })
let buyer: string

beforeEach(() => {
  buyer = `buyer-${crypto.randomUUID()}`
})

async function purchaseBy(balanceMinor: number, lines: object[], key: string = crypto.randomUUID()): Promise<string> {
  await world.shop.addWallet({ username: buyer, balanceMinor })
  const { body } = await world.api.post('/purchase', { userId: buyer, lines }, { key })
  return body.purchaseId
}

const one = [{ productId: 'air', quantity: 1 }]
const several = [
  { productId: 'air', quantity: 2 },
  { productId: 'ember', quantity: 1 },
]

async function describePurchase(purchaseId: string) {
  return await world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).describe()
}

/** Until the workflow has ended: the buyer is answered a moment before that, when the row says so. */
async function ended(purchaseId: string): Promise<void> {
  await world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).result()
}

/** Of a purchase that has its outcome. */
async function historyOf(purchaseId: string) {
  await ended(purchaseId)
  const { events } = await world.client.workflow.getHandle(purchaseWorkflowId(purchaseId)).fetchHistory()
  return events ?? []
}

type Payload = NonNullable<Parameters<typeof defaultPayloadConverter.fromPayload>[0]>

function read(payload: Payload | null | undefined): unknown {
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined
}

/** What the Web UI shows on top of a workflow, be it running or closed. */
async function currentDetails(purchaseId: string): Promise<unknown> {
  const handle = world.client.workflow.getHandle(purchaseWorkflowId(purchaseId))
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return metadata.currentDetails
}

async function idsFound(query: string): Promise<string[]> {
  const found: string[] = []
  for await (const { workflowId } of world.client.workflow.list({ query })) found.push(workflowId)
  return found.sort()
}

describe('an operator who looks at a purchase', () => {
  test('reads in its summary who buys what', async () => {
    const purchaseId = await purchaseBy(1_000_000, several)
    const description = await describePurchase(purchaseId)
    expect(await description.staticSummary()).toBe(`${buyer} buys 2 × product air, 1 × product ember`)
  })

  test('reads at each step what it does, on the fast lane and on the regular one', async () => {
    const quick = await purchaseBy(1_000_000, one)
    expect(await summaries(quick)).toEqual([
      'tryAllSteps, local: All steps at once: reserve, redeem, charge, confirm, award',
    ])

    buyer = `${buyer}-poor`
    const undone = await purchaseBy(1, one)
    expect((await summaries(undone)).slice(1)).toEqual([
      'beginCompensation: Undo the purchase, unless it is confirmed',
      'undoCharge: Undo: give the money back',
      'releaseStock: Undo: give the reserved stock back',
      'recordOutcome: Record the outcome',
    ])

    buyer = `${buyer}-slow`
    await world.shop.addWallet({ username: buyer, balanceMinor: 1_000_000 })
    const { body } = await world.api.post('/purchase', { userId: buyer, lines: one, lane: 'visible' })
    expect(await summaries(body.purchaseId)).toEqual([
      'reserveStock: Reserve the stock and freeze the prices',
      'chargeWallet: Charge the wallet',
      'confirmPurchase: Confirm: from here on the purchase stands',
      'awardPoints: Evaluate the campaigns and issue the points',
      'recordOutcome: Record the outcome',
    ])
  })

  test('reads in its details how it ended', async () => {
    const completed = await purchaseBy(1_000_000, one)
    await ended(completed)
    expect(await currentDetails(completed)).toBe('**completed**')
    buyer = `${buyer}-poor`
    const refused = await purchaseBy(1, one)
    await ended(refused)
    expect(await currentDetails(refused)).toBe('**refused**')
  })

  test('reads in its details what it waits for, and sees the step and its attempts among the pending', async () => {
    await world.shop.addWallet({ username: buyer, balanceMinor: 1_000_000 })
    const purchaseId = await world.shop.order({ username: buyer, lines: one })
    world.faults.on(purchaseId, 'chargeWallet', { before: failing(1e6) })
    const handle = await world.start(purchaseId)
    await expect
      .poll(() => pendingStep(purchaseId))
      .toMatchObject({
        step: 'chargeWallet',
        lastFailure: expect.stringContaining('injected fault'),
      })
    expect(await currentDetails(purchaseId)).toBe('**running**: charging the wallet')
    world.faults.on(purchaseId, 'chargeWallet', {})
    expect(await handle.result()).toEqual({ status: 'completed' })
  })

  test('sees one that is being undone as compensating, with what it will end as, until it is through', async () => {
    await world.shop.addWallet({ username: buyer, balanceMinor: 1 })
    const purchaseId = await world.shop.order({ username: buyer, lines: one })
    world.faults.on(purchaseId, 'releaseStock', { before: failing(1e6) })
    const handle = await world.start(purchaseId)
    await expect.poll(() => pendingStep(purchaseId)).toMatchObject({ step: 'releaseStock' })
    expect(await currentDetails(purchaseId)).toBe('**compensating**, to end as refused: insufficient_funds')
    const { typedSearchAttributes } = await describePurchase(purchaseId)
    expect(typedSearchAttributes.get(PURCHASE_STATUS)).toBe('compensating')
    world.faults.on(purchaseId, 'releaseStock', {})
    expect(await handle.result()).toEqual({
      status: 'refused',
      refusal: { code: 'insufficient_funds', missingMinor: expect.any(Number) },
    })
    expect(await currentDetails(purchaseId)).toBe('**refused**')
  })
})

describe('an operator who searches', () => {
  test('finds every purchase by customer, status and total, each attribute of its own type', async () => {
    const completed = await purchaseBy(1_000_000, several)
    await ended(completed)
    const { typedSearchAttributes } = await describePurchase(completed)
    expect(typedSearchAttributes.get(CUSTOMER)).toBe(await world.shop.idOf(buyer))
    expect(typedSearchAttributes.get(PURCHASE_STATUS)).toBe('completed')
    expect(typedSearchAttributes.get(TOTAL_MINOR)).toBe(341_999)

    const { body } = await world.api.post('/purchase', { userId: buyer, productId: 'air', quantity: 9 })
    const [bought, refused] = [purchaseWorkflowId(completed), purchaseWorkflowId(body.purchaseId)]
    const customer = `Customer = '${await world.shop.idOf(buyer)}'`
    await expect.poll(() => idsFound(customer)).toEqual([bought, refused].sort())
    await expect.poll(() => idsFound(`${customer} and PurchaseStatus = 'completed'`)).toEqual([bought])
    await expect.poll(() => idsFound(`${customer} and PurchaseStatus = 'refused'`)).toEqual([refused])
    await expect.poll(() => idsFound(`${customer} and TotalMinor > 341999`)).toEqual([refused])
    await expect.poll(() => idsFound(`${customer} and TotalMinor <= 341999`)).toEqual([bought])
  })

  test('finds one that was refused before it had a total, too', async () => {
    await world.shop.addWallet({ username: buyer, balanceMinor: 1_000_000 })
    const { body } = await world.api.post('/purchase', {
      userId: buyer,
      productId: 'air',
      quantity: 1_000,
      expectedTotal: 1,
    })
    const query = `Customer = '${await world.shop.idOf(buyer)}' and PurchaseStatus = 'refused' and TotalMinor is null`
    await expect.poll(() => idsFound(query)).toEqual([purchaseWorkflowId(body.purchaseId)])
  })
})

describe('Temporal receives', () => {
  test('nothing about a person but the username, and that only where it is shown and searched', async () => {
    const key = `key-${crypto.randomUUID()}`
    const purchaseId = await purchaseBy(987_654, one, key)
    const [started, ...rest] = (await historyOf(purchaseId)).map(inTheClear)
    expect(started).toContain(buyer)
    expect(rest.join('\n')).toContain('totalMinor')
    expect(rest.join('\n')).not.toContain(buyer)
    for (const secret of [key, '987654', String(987_654 - 170_000)]) {
      expect([started, ...rest].join('\n')).not.toContain(secret)
    }
  })

  test('of a purchase only its id and its lane: the row in the database says the rest', async () => {
    const purchaseId = await purchaseBy(1_000_000, one)
    const [started] = await historyOf(purchaseId)
    const { input } = started?.workflowExecutionStartedEventAttributes ?? {}
    expect(input?.payloads?.map(read)).toEqual([{ purchaseId, lane: 'fast' }])
  })
})

test('the summary of a long order stays one short line', () => {
  const lines = Array.from({ length: 20 }, (_, index) => ({ productId: `p${index}`, quantity: index + 1 }))
  expect(purchaseSummary('derick', 'buys', lines)).toBe(
    'derick buys 1 × product p0, 2 × product p1, 3 × product p2, 17 more',
  )
})

/** `step[, local]: summary` in the order of the history. */
async function summaries(purchaseId: string): Promise<string[]> {
  const shown: string[] = []
  for (const event of await historyOf(purchaseId)) {
    const summary = read(event.userMetadata?.summary)
    const regular = event.activityTaskScheduledEventAttributes?.activityType?.name
    const marker = event.markerRecordedEventAttributes
    const local = marker?.details?.data?.payloads?.map(read)[0] as { activity_type: string } | undefined
    if (regular) shown.push(`${regular}: ${summary}`)
    else if (marker?.markerName === 'core_local_activity') shown.push(`${local?.activity_type}, local: ${summary}`)
  }
  return shown
}

/** The step that Temporal tries again and again, as the Web UI lists it. */
async function pendingStep(purchaseId: string) {
  const { raw } = await describePurchase(purchaseId)
  const [pending] = raw.pendingActivities ?? []
  return { step: pending?.activityType?.name, lastFailure: pending?.lastFailure?.message }
}

/** An event as text. What users of Temporal put into it is base64 under `data`: here it is in the clear. */
function inTheClear(event: object): string {
  return JSON.stringify(event, (name, value: unknown) =>
    name === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  )
}
