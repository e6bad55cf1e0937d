import type { PointsCommand, Reverse } from '#domain/points/account.ts'
import type { Answer } from '#domain/points/decide.ts'
import type { PointsAnswer, PointsRequest } from '#ledger/ledger.ts'
import type { Action } from './ledger-actions.ts'
import { withLedgerIds } from './points-arbitrary.ts'
import { commandOf } from './points-ledger.ts'
import { PointsModel, type Prediction } from './points-model.ts'

/** What the ledger must say. `null`: it undid nothing, because there was nothing. */
type Expected = { says: Prediction | null; replayed: boolean; exactly?: Answer | null }

type Known = { request: PointsRequest; says: Prediction | null; answer: Answer | null }

/**
 * A second opinion on the ledger: single points for the rules, and a list of what each key was answered. It cannot know the
 * ids that the ledger gives, so it learns them from the answers, which it otherwise predicts.
 */
export class LedgerModel {
  readonly points = new PointsModel()
  private readonly requests: PointsRequest[] = []
  private readonly known = new Map<string, Known>()
  private readonly tombstoned = new Set<string>()
  /** Ids of the commands of the actions, at the ledger. */
  private readonly ids = new Map<string, string>()
  private readonly accountId: string

  constructor(accountId: string) {
    this.accountId = accountId
  }

  /** The request that an action is, given the requests so far. Each action adds one. */
  requestOf(action: Action): PointsRequest {
    const request = this.makeRequest(action)
    this.requests.push(request)
    return request
  }

  private makeRequest({ kind, command, position, back }: Action): PointsRequest {
    const earlier = this.requests.at(-1 - back)
    const { now: _, transactionId: __, ...input } = withLedgerIds(command, this.ids)
    const own = commandOf(input, this.keyOf(position))
    if (kind === 'undo ahead') return this.undo(this.keyOf(position + back + 1), position)
    if (kind === 'command' || !earlier) return { accountId: this.accountId, ...own }
    if (kind === 'repeat') return earlier
    if (kind === 'undo') return this.undo(earlier.key, position, input.type === 'reverse' ? input : {})
    return { accountId: this.accountId, ...own, key: earlier.key }
  }

  private undo(undoes: string, position: number, { amount, makesGood }: Pick<Reverse, 'amount' | 'makesGood'> = {}) {
    const why = { reason: 'test', reference: 'test', actor: 'test' }
    const part = { ...(amount !== undefined && { amount }), ...(makesGood !== undefined && { makesGood }) }
    const key = `${this.keyOf(position)}/undo`
    const command = { type: 'undo' as const, undoes, ...why, ...part }
    return { accountId: this.accountId, key, requestHash: `undo ${undoes}`, command }
  }

  private keyOf(position: number): string {
    return `${this.accountId}/${position}`
  }

  /** @param answer of the ledger, for its id alone */
  predict({ now, command }: Action, request: PointsRequest, answer: PointsAnswer): Expected {
    const { key, command: input } = request
    if (this.tombstoned.has(key)) return { says: { refused: 'tombstoned' }, replayed: true }
    const before = this.known.get(key)
    if (before && before.request.requestHash !== request.requestHash) {
      return { says: { refused: 'key_reused' }, replayed: false }
    }
    if (before) return { says: before.says, replayed: true, ...(before.answer && { exactly: before.answer }) }

    const given = answer.ok ? answer.answer : null
    const transactionId = given?.id ?? crypto.randomUUID()
    if (input.type !== 'undo') {
      this.ids.set(command.transactionId, transactionId)
      return this.carryOut({ ...input, now, transactionId } as PointsCommand, request, given)
    }
    const undone = this.known.get(input.undoes)?.answer
    if (!undone) {
      if (!this.known.has(input.undoes)) this.tombstoned.add(input.undoes)
      return { says: null, replayed: false }
    }
    const { type: _, undoes: __, ...why } = input
    return this.carryOut({ ...why, type: 'reverse', reverses: undone.id, now, transactionId }, request, given)
  }

  private carryOut(command: PointsCommand, request: PointsRequest, answer: Answer | null): Expected {
    const says = this.points.predict(command)
    this.known.set(request.key, { request, says, answer })
    return { says, replayed: false }
  }
}
