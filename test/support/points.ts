import {
  type Expire,
  emptyAccount,
  type Issue,
  type LotEnd,
  type NewLot,
  oneLot,
  type PointsAccount,
  type PointsCommand,
  type PointsEvent,
  type Portion,
  type Redeem,
  type Reverse,
} from '#domain/points/account.ts'
import { type Answer, answerOf, decide, type Refusal } from '#domain/points/decide.ts'
import { evolve } from '#domain/points/evolve.ts'

/** A day alone means its noon. */
function moment(text: string): string {
  return text.length === 10 ? `${text}T12:00:00.000Z` : text
}

function request(transactionId: string, now: string) {
  return { transactionId, now: moment(now), reason: 'test', reference: `about-${transactionId}`, actor: 'tester' }
}

export function issue(id: string, amount: number, now: string, ttlDays = 365): Issue {
  return { type: 'issue', ...request(id, now), ...oneLot(amount, ttlDays) }
}

/** Points that wait, as a lot or a part of an issue. */
export function lot(amount: number, availableAfterDays: number, ends: LotEnd, more: Partial<NewLot> = {}): NewLot {
  return { amount, terms: { availableAfterDays, ends }, ...more }
}

export function issueLots(id: string, now: string, ...lots: NewLot[]): Issue {
  return { type: 'issue', ...request(id, now), amount: lots.reduce((sum, { amount }) => sum + amount, 0), lots }
}

export function redeem(id: string, amount: number, now: string): Redeem {
  return { type: 'redeem', ...request(id, now), amount }
}

export function expire(id: string, now: string): Expire {
  return { type: 'expire', ...request(id, now) }
}

export function reverse(id: string, reverses: string, now: string, makesGood = 0, part: Part = {}): Reverse {
  return { type: 'reverse', ...request(id, now), reverses, makesGood, ...part }
}

export type Part = Pick<Reverse, 'amount' | 'prefer'>

/** An accepted command: its event, the answer, what it moved per lot (in that order), and what each lot holds after. */
export type Accepted = {
  event: PointsEvent
  answer: Answer
  moved: [lotId: string, amount: number][]
  withheld: [lotId: string, amount: number][]
  left: Record<string, number>
  account: PointsAccount
}

/** An account to which `history` happened; a refusal in it is a mistake of the test. */
export function given(...history: PointsCommand[]) {
  return on(history.reduce((account, command) => accept(account, command).account, emptyAccount('ann')))
}

/** An account in any state. */
export function on(account: PointsAccount) {
  return {
    account,
    /** Gives a command that must be accepted. */
    when: (command: PointsCommand): Accepted => accept(account, command),
    /** Gives a command that must be refused. */
    refusal: (command: PointsCommand): Refusal => {
      const decision = decide(account, command)
      if (decision.ok) throw new Error(`Accepted: ${JSON.stringify(decision.events)}`)
      return decision.refusal
    },
  }
}

function accept(before: PointsAccount, command: PointsCommand): Accepted {
  const decision = decide(before, command)
  if (!decision.ok) throw new Error(`${command.type} ${command.transactionId} refused: ${decision.refusal.code}`)
  const [event] = decision.events
  const account = evolve(before, event)
  return {
    event,
    answer: answerOf(event, account),
    moved: amountsOf(event.portions),
    withheld: event.type === 'reversed' ? amountsOf(event.withheld) : [],
    left: Object.fromEntries(account.lots.map((lot) => [lot.id, lot.remaining])),
    account,
  }
}

function amountsOf(portions: readonly Portion[]): [lotId: string, amount: number][] {
  return portions.map((portion) => [portion.lotId, portion.amount])
}
