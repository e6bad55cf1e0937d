import { setImmediate } from 'node:timers/promises'
import { log } from '@temporalio/activity'
import {
  listParkedAwards,
  readAward,
  readAwards,
  readEvaluation,
  recordNothing,
  recordParked,
  type StoredAward,
} from '#db/awards.ts'
import { type Occurrence, readOccurrences } from '#db/campaign-past.ts'
import { type BookedGrant, readCampaignVersions, readRemaining } from '#db/campaigns.ts'
import type { Sql } from '#db/client.ts'
import { asImpossible, StepImpossible } from '#db/functions.ts'
import { isOutage } from '#db/outages.ts'
import { readPointsPayment } from '#db/purchases.ts'
import { type Award, capAward, evaluateCampaigns, lotsOf } from '#domain/campaigns/award.ts'
import { type Campaign, CampaignHistory, hasCaps, NO_CAPS } from '#domain/campaigns/campaign.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import type { PointsEvent } from '#domain/points/account.ts'
import {
  type Awarded,
  IMPOSSIBLE,
  type StepName,
  type StepResult,
  stepKey,
  UNAVAILABLE,
  undoAtLedger,
} from '#domain/purchase.ts'
import type { PointsAnswer, PointsLedger } from '#ledger/ledger.ts'
import { readTogether } from './read-together.ts'

/** What sagas do at the points ledger. The ledger's own keys make each of it happen at most once. */
export type PointsDependencies = {
  sql: Sql
  ledger: PointsLedger
  /** Lifetime of points, in days. */
  pointsTtlDays: number
}

function entryOf(id: string, accountId: string, step: StepName) {
  return { accountId, key: stepKey(id, step), requestHash: '' }
}

/** The ledger gives the same key the same answer for ever. */
export function unexpected(step: StepName, id: string, answer: PointsAnswer): StepImpossible {
  return new StepImpossible(`${step} of ${id} was answered ${JSON.stringify(answer)}`)
}

// ---------------------------------------------------------------------------------------------------------------------
// Paying with points

/** Pays a part of the price with points. Refusal: `insufficient_points` with what is available. */
export async function redeemPoints(
  { sql, ledger }: PointsDependencies,
  purchaseId: string,
): Promise<StepResult<{ points: number }>> {
  const { accountId, redeemPoints: points, cancelRequested } = await readPointsPayment(sql, purchaseId)
  if (cancelRequested) return { ok: false, cancelled: true }
  const answer = await ledger.execute({
    ...entryOf(purchaseId, accountId, 'redeemPoints'),
    command: { type: 'redeem', amount: points, ...forPurchase(purchaseId) },
    with: ({ id: transactionId }) => ({
      timeline: [{ purchaseId, step: 'redeemPoints', state: 'applied', detail: { points, transactionId } }],
    }),
  })
  if (answer.ok) return { ok: true, points }
  if (answer.refusal.code === 'insufficient_points') {
    return { ok: false, refusal: { code: 'insufficient_points', points, available: answer.refusal.available } }
  }
  throw unexpected('redeemPoints', purchaseId, answer)
}

/**
 * Gives the points of a purchase that is undone back to the lots they came from or, when they have not been redeemed, keeps that from
 * happening.
 */
export async function undoRedemption({ sql, ledger }: PointsDependencies, purchaseId: string): Promise<void> {
  const { accountId, redeemPoints, stands } = await readPointsPayment(sql, purchaseId)
  if (stands) throw new StepImpossible(`purchase ${purchaseId} is confirmed: it is not undone`)
  if (redeemPoints === 0) return
  const answer = await ledger.execute({
    accountId,
    ...undoAtLedger(purchaseId, 'redeemPoints'),
    with: ({ id: transactionId, amount: points, reversal }) => ({
      timeline: [
        {
          purchaseId,
          step: 'redeemPoints',
          state: 'undone',
          detail: { points, transactionId, pointsWithheld: reversal?.withheld ?? 0 },
        },
      ],
    }),
  })
  if (!answer.ok) throw unexpected('redeemPoints', purchaseId, answer)
}

function forPurchase(purchaseId: string) {
  return { reason: 'purchase', reference: purchaseId, actor: 'purchase' }
}

// ---------------------------------------------------------------------------------------------------------------------
// Awards, of purchases and of events of other systems

/**
 * Books the points that a purchase or an event earned by the campaigns that ran when it happened, as far as their caps leave
 * room now; a parked award by the evaluation that was kept. What the ledger refuses is parked at once.
 *
 * @returns how many were booked, none included; asked again, what the first time came to
 */
export async function awardPoints(deps: PointsDependencies, awarded: Awarded): Promise<{ points: number }> {
  const { sql, ledger, pointsTtlDays } = deps
  const { award, evaluate } = await batchedReads(sql).earnedAward(idOf(awarded))
  if (isClosed(award)) return { points: award.points }
  const { evaluated, mayBeCapped } = await evaluate()
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    // A cap that came since then is no reason to look beforehand: `append_points` has the last word.
    const evaluation =
      mayBeCapped || attempt > 1
        ? await batchedReads(sql).capped({ award: evaluated, accountId: award.accountId })
        : capAward(evaluated, () => NO_CAPS)
    if (evaluation.points === 0) {
      const outcome = await recordNothing(sql, award.id, evaluation)
      // Caps may have nothing left because an attempt whose report was lost has booked it: what stands is what counts.
      if (isClosed(outcome)) return { points: outcome.points }
      continue
    }
    const answer = await ledger.execute({
      ...entryOf(award.id, award.accountId, 'awardPoints'),
      command: {
        type: 'issue',
        amount: evaluation.points,
        lots: lotsOf(evaluation.campaigns, pointsTtlDays),
        reason: award.kind,
        reference: award.id,
        actor: award.sentBy ?? 'purchase',
      },
      with: ({ id: transactionId, amount: points }, event) => ({
        awards: [{ id: award.id, refund: award.refund, evaluation, points, transactionId }],
        grants: grantsIn(event),
      }),
    })
    if (answer.ok && answer.answer) return { points: answer.answer.amount }
    if (answer.ok) throw unexpected('awardPoints', award.id, answer)
    if (answer.refusal.code === 'caps_changed') continue
    // A part of its purchase was given back in between: it is for what is kept.
    if (answer.refusal.code === 'award_changed') return await awardPoints(deps, awarded)
    return await afterRefusal(sql, award.id, evaluated, answer)
  }
  throw new Error(`the caps of campaigns kept changing while award ${award.id} was booked`)
}

/** What an award comes to that the ledger has refused for good. */
async function afterRefusal(
  sql: Sql,
  id: string,
  evaluated: Award,
  answer: Extract<PointsAnswer, { ok: false }>,
): Promise<{ points: number }> {
  switch (answer.refusal.code) {
    case 'award_closed':
    case 'tombstoned': {
      // A refund, or an operator, came in between: how the award stands is what counts.
      const now = await readAward(sql, id)
      if (!isClosed(now)) throw unexpected('awardPoints', id, answer)
      return { points: now.points }
    }
    case 'balance_limit':
      return { points: (await recordParked(sql, id, evaluated, answer.refusal.code)).points }
    default:
      throw unexpected('awardPoints', id, answer)
  }
}

/** What campaigns give with an issue: each of them one lot. */
function grantsIn(event: PointsEvent): BookedGrant[] {
  if (event.type !== 'issued') return []
  const { transactionId, portions } = event
  return portions.flatMap(({ campaignId, lotId, amount: points }) =>
    campaignId === null ? [] : [{ campaignId, points, lotId, transactionId }],
  )
}

/** Other awards may use up what a cap left, each time before this one comes; with so many, something else is wrong. */
const MAX_ATTEMPTS = 100

/** Keeps an award that cannot be booked, with what it came to, for operators to retry. Not when it was booked after all. */
export async function parkAward({ sql }: PointsDependencies, awarded: Awarded, problem: string): Promise<void> {
  const { award, evaluate } = await batchedReads(sql).earnedAward(idOf(awarded))
  if (award.state !== 'pending') return
  const { evaluated } = await evaluate()
  if (evaluated.points === 0) await recordNothing(sql, award.id, evaluated)
  else await recordParked(sql, award.id, evaluated, problem)
}

const PARKED_PAGE = 100

export type ParkedPage = {
  /** Awards that were booked or, which is settled as well, refused by the ledger and left to an operator. */
  booked: number
  /** Awards that could not be; the next run tries again, unless that cannot help. */
  failed?: number
  /** Where the next page begins; left out on the last one. */
  next?: string
}

/**
 * Books a page of the awards that were parked because of an outage, now that it may be over. What the ledger refused waits for an
 * operator. Safe beside one who retries or dismisses the same award, and to repeat: an award is booked once.
 */
export async function bookParkedAwards(
  deps: PointsDependencies,
  { after }: { after?: string },
  reportProgress: (details: Record<string, number>) => void,
): Promise<ParkedPage> {
  const page = await listParkedAwards(deps.sql, { problem: UNAVAILABLE, limit: PARKED_PAGE, ...(after && { after }) })
  let failed = 0
  for (const [index, { id, kind }] of page.entries()) {
    reportProgress({ awards: index, of: page.length })
    try {
      await awardPoints(deps, kind === 'event' ? { eventId: id } : { purchaseId: id })
    } catch (error) {
      if (await isOutage(deps.sql, [error])) throw error
      failed += 1
      log.warn('a parked award could not be booked', { id, reason: String(error) })
      if (asImpossible(error) instanceof StepImpossible) await leaveToOperators(deps.sql, id)
    }
  }
  const next = page.length === PARKED_PAGE ? page.at(-1)?.id : undefined
  return { booked: page.length - failed, ...(failed > 0 && { failed }), ...(next !== undefined && { next }) }
}

/** Of a parked award that can never be booked as the books stand. */
async function leaveToOperators(sql: Sql, id: string): Promise<void> {
  const kept = await readEvaluation(sql, id)
  if (kept) await recordParked(sql, id, kept, IMPOSSIBLE)
}

function idOf(awarded: Awarded): string {
  return 'eventId' in awarded ? awarded.eventId : awarded.purchaseId
}

function isClosed({ state }: Pick<StoredAward, 'state'>): boolean {
  return state !== 'pending' && state !== 'parked'
}

/** An award, and what its purchase or event earns before caps: the same whenever it is asked for. */
type EarnedAward = { award: StoredAward; evaluate: () => Promise<Evaluated> }

/** `mayBeCapped`: one of its campaigns had a cap when it was earned, or that is not known. */
type Evaluated = { evaluated: Award; mayBeCapped: boolean }

/** What awards that meet in a process read together: each of it in as many statements for all of them as for one. */
type AwardReads = {
  earnedAward: (id: string) => Promise<EarnedAward>
  /** The award within what caps leave now. Others may take that first: `append_points` has the last word. */
  capped: (asked: { award: Award; accountId: string }) => Promise<Award>
}

/** By pool: what uses the same one meets. */
const reads = new WeakMap<Sql, AwardReads>()

function batchedReads(sql: Sql): AwardReads {
  const known = reads.get(sql)
  if (known) return known
  const made: AwardReads = {
    earnedAward: readTogether((ids) => readEarnedAwards(sql, ids)),
    capped: readTogether(async (asked) => {
      const remaining = await readRemaining(sql, asked)
      return asked.map(
        ({ award, accountId }) =>
          () =>
            capAward(award, (campaignId) => remaining(campaignId, accountId)),
      )
    }),
  }
  reads.set(sql, made)
  return made
}

async function readEarnedAwards(sql: Sql, ids: readonly string[]): Promise<(() => EarnedAward)[]> {
  const awards = await readAwards(sql, [...new Set(ids)])
  const occurrences = await readOccurrences(
    sql,
    [...awards.values()].filter((award) => !isClosed(award)),
  )
  const history = await readHistory(sql, [...occurrences.values()])
  return ids.map((id) => () => {
    const award = awards.get(id)
    if (!award) throw new StepImpossible(`award ${id} does not exist`)
    return { award, evaluate: () => evaluate(sql, award, occurrences.get(id), history) }
  })
}

async function evaluate(
  sql: Sql,
  { id, state }: StoredAward,
  occurrence: Occurrence | undefined,
  history: (occurrence: Occurrence) => Campaign[],
): Promise<Evaluated> {
  const kept = state === 'parked' ? await readEvaluation(sql, id) : null
  if (kept) return { evaluated: kept, mayBeCapped: true }
  if (!occurrence) throw new StepImpossible(`what earned award ${id} has not happened`)
  const campaigns = history(occurrence)
  const evaluated = await runSliced(evaluateCampaigns(campaigns, occurrence.event), setImmediate)
  return { evaluated, mayBeCapped: campaigns.some(({ caps }) => hasCaps(caps)) }
}

/** The campaigns as they stood when something occurred. */
async function readHistory(sql: Sql, occurrences: Occurrence[]): Promise<(occurrence: Occurrence) => Campaign[]> {
  const clients = Map.groupBy(occurrences, ({ event }) => event.client)
  if (clients.size === 0) return () => []
  const moments = occurrences.map(({ at }) => at)
  const stretch = { from: Math.min(...moments), to: Math.max(...moments) }
  const history = new CampaignHistory(await readCampaignVersions(sql, [...clients.keys()], stretch))
  return ({ at }) => history.asOf(at, at)
}
