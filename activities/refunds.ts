import { setImmediate } from 'node:timers/promises'
import { readKeptPurchase } from '#db/campaign-past.ts'
import {
  type GivenBack,
  returnMoney as payBack,
  type Refund,
  type RefundBasis,
  type ReturnedPoints,
  readBookedAward,
  readRefundBasis,
  reduceAward,
  type TakenBack,
} from '#db/refunds.ts'
import { evaluateAsOf, NO_AWARD } from '#domain/campaigns/award.ts'
import { runSliced } from '#domain/campaigns/evaluation.ts'
import { type StepName, undoAtLedger } from '#domain/purchase.ts'
import {
  awardBackAtLedger,
  isNothing,
  type Payment,
  paymentBack,
  paymentBackAtLedger,
  piecesOf,
  takeBackFrom,
} from '#domain/refund.ts'
import type { PointsAnswer, PointsRequest } from '#ledger/ledger.ts'
import { type PointsDependencies, unexpected } from './points.ts'

/** A refund of a purchase: which one. */
export type PurchaseRefund = { purchaseId: string; refund: number }

/**
 * Takes back the points that the kept part of a purchase would not have earned. An award that is not booked yet is reduced instead. Points
 * already spent are made good by the money of this refund, in whole points; the rest is owed.
 */
export async function takeBackAward(
  deps: PointsDependencies,
  { purchaseId, refund }: PurchaseRefund,
): Promise<TakenBack> {
  const { sql } = deps
  const basis = await readRefundBasis(sql, purchaseId, refund)
  const back = backOf(basis)
  const keepsNothing = isNothing(piecesOf(basis.after))
  const kept = keepsNothing
    ? NO_AWARD
    : await runSliced(evaluateAsOf(await readKeptPurchase(sql, { id: purchaseId, refund })), setImmediate)
  const { state } = await reduceAward(sql, purchaseId, refund, kept)
  const which = { purchaseId, refund }
  if (state === 'booked') {
    const { answered, ...award } = await readBookedAward(sql, purchaseId, refund)
    // Its lots are as it left them by now.
    if (answered?.ok) return takenBackBy(answered.answer, [undoAtLedger(purchaseId, 'awardPoints', refund).key])
    const part = takeBackFrom(award, kept, { back, pointValueMinor: basis.pointValueMinor })
    if (!part) return NOTHING_TAKEN
    return await askForAward(deps, basis, which, awardBackAtLedger(purchaseId, refund, part))
  }
  // It can no longer be booked.
  if (keepsNothing)
    return await askForAward(deps, basis, which, awardBackAtLedger(purchaseId, refund, { makesGood: 0 }))
  return NOTHING_TAKEN
}

const NOTHING_TAKEN: TakenBack = { points: 0, spent: 0, expired: 0, owed: 0, commands: [] }

function backOf(basis: RefundBasis): Payment {
  return paymentBack(basis, piecesOf(basis.before), piecesOf(basis.after))
}

async function askForAward(
  deps: PointsDependencies,
  { accountId }: RefundBasis,
  which: PurchaseRefund,
  asked: Pick<PointsRequest, 'key' | 'requestHash' | 'command'>,
): Promise<TakenBack> {
  const answer = await undo(deps, { ...which, accountId, step: 'awardPoints' }, asked)
  return takenBackBy(answer, rememberedOf(answer, asked))
}

function takenBackBy(answer: UndoAnswer, commands: string[]): TakenBack {
  return {
    points: answer?.amount ?? 0,
    ...(answer?.reversal?.notTakenBack ?? { spent: 0, expired: 0, owed: 0 }),
    commands,
  }
}

/**
 * Gives the points back that paid for what comes back, to the lots they came from, but for those that are owed there.
 */
export async function returnPoints(
  deps: PointsDependencies,
  { purchaseId, refund }: PurchaseRefund,
): Promise<ReturnedPoints> {
  const basis = await readRefundBasis(deps.sql, purchaseId, refund)
  const { points } = backOf(basis)
  if (points === 0) return { withheld: 0, commands: [] }
  const asked = paymentBackAtLedger(purchaseId, refund, points)
  const answer = await undo(deps, { purchaseId, refund, accountId: basis.accountId, step: 'redeemPoints' }, asked)
  return { withheld: answer?.reversal?.withheld ?? 0, commands: rememberedOf(answer, asked) }
}

/** Gives the money back that paid for what comes back, less what it makes good. */
export async function returnMoney(
  { sql }: PointsDependencies,
  { purchaseId, refund, ...given }: PurchaseRefund & GivenBack,
): Promise<Refund> {
  const paid = backOf(await readRefundBasis(sql, purchaseId, refund))
  return await payBack(sql, { purchaseId, refund, paid, ...given })
}

type Undone = PurchaseRefund & { accountId: string; step: StepName }

type UndoAnswer = Extract<PointsAnswer, { ok: true }>['answer'] | undefined

/** The keys by which it can be seen that the ledger has not lost what it was asked for: of an undo of nothing it remembers none. */
function rememberedOf(answer: UndoAnswer, { key }: Pick<PointsRequest, 'key'>): string[] {
  return answer === null ? [] : [key]
}

/** @returns null when what it reverses has never happened; undefined when earlier refunds have reversed all of it */
async function undo(
  { ledger }: PointsDependencies,
  { purchaseId, refund, accountId, step }: Undone,
  asked: Pick<PointsRequest, 'key' | 'requestHash' | 'command'>,
): Promise<UndoAnswer> {
  const answer = await ledger.execute({
    accountId,
    ...asked,
    with: ({ id: transactionId, amount: points, reversal }) => ({
      timeline: [
        {
          purchaseId,
          step,
          state: 'undone',
          detail: { refund, points, transactionId, pointsWithheld: reversal?.withheld ?? 0, ...reversal?.notTakenBack },
        },
      ],
    }),
  })
  if (answer.ok) return answer.answer
  if (answer.refusal.code === 'already_reversed') return undefined
  throw unexpected(step, purchaseId, answer)
}
