import { defaultPayloadConverter } from '@temporalio/common'
import { beforeEach, describe, expect, test } from 'vitest'
import { purchaseWorkflowId } from '#domain/purchase.ts'
import { openApiWorld } from '#test/support/api-world.ts'
import { failing } from '#test/support/faults.ts'
import { shared } from '#test/support/shared-world.ts'
import { CUSTOMER, PURCHASE_STATUS, purchaseStart, refundStart, TOTAL_MINOR } from '#workflows/contract.ts'

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
  test('reads in its summary what is bought, by name', async () => {
    const purchaseId = await purchaseBy(1_000_000, several)
    const description = await describePurchase(purchaseId)
    expect(await description.staticSummary()).toBe('Purchase of 2 × Product air, 1 × Product ember')
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
  test('nothing about a person but their id, and that only where it is searched', async () => {
    const key = `key-${crypto.randomUUID()}`
    const purchaseId = await purchaseBy(987_654, one, key)
    const [started, ...rest] = (await historyOf(purchaseId)).map(inTheClear)
    const id = await world.shop.idOf(buyer)
    expect(started).toContain(id)
    expect(rest.join('\n')).toContain('totalMinor')
    expect(rest.join('\n')).not.toContain(id)
    for (const secret of [buyer, key, '987654', String(987_654 - 170_000)]) {
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

describe('the summary of an order', () => {
  const summaryOf = (...names: string[]) => {
    const lines = names.map((name, index) => ({ name, quantity: 1000 - index }))
    const purchase = { purchaseId: crypto.randomUUID(), userId: 'usr_1', status: 'running' as const, lines }
    return [purchaseStart(purchase, {}).staticSummary, refundStart(purchase).staticSummary]
  }

  test('of many lines stays one short line', () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
    expect(summaryOf(...names)).toEqual([
      'Purchase of 1000 × p0, 999 × p1, 998 × p2, 17 more',
      'Refund of 1000 × p0, 999 × p1, 998 × p2, 17 more',
    ])
  })

  test.each([
    ['**bold** and _more_', '\\*\\*bold\\*\\* and \\_more\\_'],
    ['[link](https://x.example)', '\\[link\\](https://x.example)'],
    ['<b>&amp;</b> `x` \\', '\\<b\\>\\&amp;\\</b\\> \\`x\\` \\\\'],
    ['![picture](/x.svg)', '\\!\\[picture\\](/x.svg)'],
  ])('shows the name %s as it is written', (name, shown) => {
    expect(summaryOf(name)[0]).toBe(`Purchase of 1000 × ${shown}`)
  })

  test.each([['x'], ['*'], ['独'], ['🦄'], ['"']])(
    'of names that are all %s is within what Temporal takes',
    (character) => {
      const name = Array.from({ length: 200 }, () => character).join('')
      for (const summary of summaryOf(...Array(20).fill(name))) {
        expect(new TextEncoder().encode(summary).length).toBeLessThanOrEqual(400)
        // No character is cut in two, and no escape.
        expect(summary).not.toMatch(/\\\\…|\\ufffd/)
        expect(summary.isWellFormed()).toBe(true)
      }
    },
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
