import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listParkedAwards, readAward, readEvaluation, recordExternalEvent } from '#db/awards.ts'
import { addMissingCampaigns } from '#db/campaigns.ts'
import { listTransactions, readAvailable } from '#db/points.ts'
import { DEFAULT_TERMS } from '#domain/campaigns/campaign.ts'
import { type Awarded, awardWorkflowId } from '#domain/purchase.ts'
import { shortPatience } from '#test/replay/scenarios.ts'
import { giving } from '#test/support/campaign-examples.ts'
import { type Fault, failing, onlyRegular } from '#test/support/faults.ts'
import { openSagaWorld, type SagaWorld } from '#test/support/saga-world.ts'
import { scheduledActivities } from '#test/support/scheduled-activities.ts'
import { shared } from '#test/support/shared-world.ts'
import { aRequest } from '#test/support/shop.ts'

const world = await shared(openSagaWorld())
let run = 0
let reviewer: string

beforeAll(async () => {
  await addStars(world)
})
beforeEach(() => {
  run += 1
  reviewer = `reviewer-${run}`
})

/** A review earns two points for each star, and a reviewer gets 1000 at most. */
async function addStars({ shop }: SagaWorld) {
  const caps = { totalPoints: null, pointsPerCustomer: 1_000 }
  const rules = [giving('$.stars*2', { variable: '$.type', rule: 'string_equals', value: 'Review' })]
  const terms = { ...DEFAULT_TERMS, eventTypes: ['Review'], caps, rules }
  await addMissingCampaigns(shop.sql, [{ client: 'reviewsite', name: 'stars', terms }], 'test')
}

/** A review that was taken, and that nobody has carried out yet. */
async function aReview(place = world, stars = 5): Promise<string> {
  const eventId = crypto.randomUUID()
  const request = aRequest(eventId)
  const event = { type: 'Review', client: 'reviewsite', username: reviewer, payload: { stars }, actor: 'test' }
  await place.shop.addUser(reviewer)
  await recordExternalEvent(place.shop.sql, request, { eventId, ...event })
  return eventId
}

/** As the API does, for a new event and for a parked one that is retried. */
async function start(eventId: string, place = world, workflowId = awardWorkflowId({ eventId })) {
  return await place.client.workflow.start<(input: Awarded) => Promise<{ points: number }>>('award', {
    workflowId,
    taskQueue: place.taskQueue,
    args: [{ eventId }],
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  })
}

const carryOut = async (eventId: string, place = world) => await (await start(eventId, place)).result()
const available = (place = world) => readAvailable(place.shop.sql, reviewer, new Date().toISOString())
const transactions = (place = world) => listTransactions(place.shop.sql, { accountId: reviewer, limit: 10 })

/** Lets attempts pass only when so many have come, so that they are under way at once. */
function allAtOnce(count: number): NonNullable<Fault['before']> {
  const complete = Promise.withResolvers<void>()
  return async ({ number }) => {
    if (number === count) complete.resolve()
    await complete.promise
  }
}

describe('an event of another system', () => {
  test('earns its points, in the fast lane and in the regular one', async () => {
    expect(await carryOut(await aReview())).toEqual({ points: 10 })
    const eventId = await aReview()
    world.faults.on(eventId, 'awardPoints', { before: onlyRegular })
    expect(await carryOut(eventId)).toEqual({ points: 10 })
    expect(await available()).toBe(20)
  })

  test('gives its points once when the report of its booking is lost, and says booked', async () => {
    const eventId = await aReview()
    world.faults.on(eventId, 'awardPoints', { after: failing(3) })
    expect(await carryOut(eventId)).toEqual({ points: 10 })
    expect(world.faults.attempts(eventId, 'awardPoints')).toBe(4)
    expect(await readAward(world.shop.sql, eventId)).toMatchObject({ state: 'booked', points: 10 })
    expect(await transactions()).toHaveLength(1)
  })

  test('gives its points once when two workflows carry it out at the same moment', async () => {
    const eventId = await aReview()
    world.faults.on(eventId, 'awardPoints', { before: allAtOnce(2) })
    const handles = [await start(eventId), await start(eventId, world, `${awardWorkflowId({ eventId })}-again`)]
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([{ points: 10 }, { points: 10 }])
    expect(await readAward(world.shop.sql, eventId)).toMatchObject({ state: 'booked', points: 10 })
    expect([await available(), (await transactions()).length]).toEqual([10, 1])
  })

  test('gives its points once when it is carried out again after its end', async () => {
    const eventId = await aReview()
    for (let again = 0; again < 3; again++) expect(await carryOut(eventId)).toEqual({ points: 10 })
    expect(await transactions()).toHaveLength(1)
  })
})

describe('the ten-minute limit', () => {
  test('is asked of the booking of an event', async () => {
    const eventId = await aReview()
    world.faults.on(eventId, 'awardPoints', { before: onlyRegular })
    await carryOut(eventId)
    expect(await scheduledActivities(world.client, awardWorkflowId({ eventId }))).toEqual([
      { type: 'awardPoints', scheduleToCloseSeconds: 600 },
    ])
  })
})

describe('an event whose booking fails for ten minutes', () => {
  async function withShortPatience(check: (patience: SagaWorld) => Promise<void>) {
    const patience = await openSagaWorld({ workflowInterceptors: [shortPatience] })
    try {
      await addStars(patience)
      await check(patience)
      expect(await patience.shop.brokenInvariants()).toEqual([])
    } finally {
      await patience.close()
    }
  }

  test('is parked with its evaluation, and booked once when it is retried', () =>
    withShortPatience(async (patience) => {
      const { faults, shop } = patience
      const eventId = await aReview(patience)
      faults.on(eventId, 'awardPoints', { before: failing(1e6) })
      expect(await carryOut(eventId, patience)).toEqual({ points: 0 })
      const evaluation = { points: 10, campaigns: [{ campaign: 'stars', points: 10 }] }
      const waiting = { id: eventId, kind: 'event', username: reviewer, problem: 'unavailable', earned: 10 }
      expect(await listParkedAwards(shop.sql, { limit: 10 })).toMatchObject([waiting])
      expect(await readEvaluation(shop.sql, eventId)).toMatchObject(evaluation)
      expect(await available(patience)).toBe(0)

      faults.on(eventId, 'awardPoints', {})
      expect(await carryOut(eventId, patience)).toEqual({ points: 10 })
      expect(await carryOut(eventId, patience)).toEqual({ points: 10 })
      expect(await listParkedAwards(shop.sql, { limit: 10 })).toEqual([])
      expect(await readAward(shop.sql, eventId)).toMatchObject({ state: 'booked', points: 10 })
      expect(await readEvaluation(shop.sql, eventId)).toMatchObject(evaluation)
      expect([await available(patience), (await transactions(patience)).length]).toEqual([10, 1])
    }))

  test('is tried to be parked until it is, and stays parked, as it was, when the retry fails for as long', () =>
    withShortPatience(async (patience) => {
      const { faults, shop, client } = patience
      const eventId = await aReview(patience)
      faults.on(eventId, 'awardPoints', { before: failing(1e6) })
      faults.on(eventId, 'parkAward', { before: failing(3) })
      await carryOut(eventId, patience)
      const [parking] = (await scheduledActivities(client, awardWorkflowId({ eventId }))).slice(-1)
      expect(parking).toEqual({ type: 'parkAward', scheduleToCloseSeconds: 0 })
      const parked = await listParkedAwards(shop.sql, { limit: 10 })
      expect(parked).toMatchObject([{ id: eventId, state: 'parked' }])
      expect(await carryOut(eventId, patience)).toEqual({ points: 0 })
      expect(await listParkedAwards(shop.sql, { limit: 10 })).toEqual(parked)
    }))

  test('is not parked when it was booked after all and only its report was lost', () =>
    withShortPatience(async (patience) => {
      const eventId = await aReview(patience)
      patience.faults.on(eventId, 'awardPoints', { after: failing(1e6) })
      await carryOut(eventId, patience)
      expect(await listParkedAwards(patience.shop.sql, { limit: 10 })).toEqual([])
      expect(await readAward(patience.shop.sql, eventId)).toMatchObject({ state: 'booked', points: 10 })
      expect([await available(patience), (await transactions(patience)).length]).toEqual([10, 1])
    }))
})
