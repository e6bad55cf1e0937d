import { describe, expect, test } from 'vitest'
import type { PurchaseStep } from '#web/client/purchases.ts'
import { type Actor, bySomebody, byWhom } from '#web/format/actors.ts'
import { formatWho } from '#web/points/statement-text.ts'
import { requestsBefore } from '#web/purchases/progress.ts'
import { formatRequest, formatStep } from '#web/purchases/step-text.ts'

const actor = (role: Actor['role'], known: Partial<Actor> = {}): Actor => ({
  role,
  id: null,
  client: null,
  name: null,
  ...known,
})
const olga = actor('operator', { id: 'usr_1', name: 'olga' })

describe('who did something is said in plain words', () => {
  test.each([
    [olga, 'by operator olga'],
    [actor('operator', { id: 'usr_1' }), 'by operator usr_1'],
    [actor('operator'), 'by an operator'],
    [actor('client_operator', { name: 'otto', client: 'reviewsite' }), 'by operator otto of reviewsite'],
    [actor('client_operator'), 'by an operator'],
    [actor('customer', { id: 'usr_2', name: 'rita' }), 'by the customer'],
    [actor('service', { id: 'usr_3', name: 'partner', client: 'reviewsite' }), 'by the service partner'],
    [actor('service', { id: 'usr_3', client: 'reviewsite' }), 'by the service reviewsite'],
    [actor('service'), 'by a service'],
    [actor('demo'), 'by demo'],
    [actor('system', { id: 'seed' }), 'with the sample data'],
    [actor('system', { id: 'purchase' }), 'by the store itself'],
  ])('%o: "%s"', (who, words) => {
    expect(byWhom(who)).toBe(words)
  })

  test('where it is worth saying', () => {
    expect([bySomebody(olga), bySomebody(actor('demo')), bySomebody(actor('system', { id: 'purchase' }))]).toEqual([
      'by operator olga',
      undefined,
      undefined,
    ])
    expect(bySomebody(null)).toBeUndefined()
    expect([formatWho({ actor: olga }), formatWho({ actor: actor('demo') })]).toEqual(['By operator olga. ', ''])
  })
})

describe('the timeline', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 27, 12, 0, second)).toISOString()
  const step = (seq: number, state: string, second: number, who?: Actor) =>
    ({ seq, step: 'purchase', state, at: at(second), ...(who && { actor: who }) }) as PurchaseStep
  const repair = (second: number) => ({ kind: 'repair' as const, actor: olga, at: at(second) })

  test('says who placed an order, cancelled or refunded it, and asked for its repair', () => {
    expect(formatStep(step(1, 'running', 1, actor('service')))).toMatchObject({ detail: 'by a service' })
    expect(formatStep(step(2, 'cancel_requested', 2, olga))).toMatchObject({ detail: 'by operator olga' })
    expect(formatStep(step(3, 'refunded', 3)).detail).toBeUndefined()
    expect(formatRequest(repair(4))).toMatchObject({ text: 'Repair requested', detail: 'by operator olga' })
  })

  test('has each request of an operator once, between the entries before and after it', () => {
    const steps = [step(1, 'running', 10), step(2, 'compensating', 20), step(3, 'failed', 30)]
    const requests = [5, 10, 15, 20, 30, 35].map(repair)
    const placed = [0, 1, 2, 3].map((index) => requestsBefore(index, { steps, requests }).map(({ at }) => at))
    expect(placed).toEqual([[at(5), at(10)], [at(15), at(20)], [at(30)], [at(35)]])
    expect(requestsBefore(0, { steps: [], requests })).toEqual(requests)
  })
})
