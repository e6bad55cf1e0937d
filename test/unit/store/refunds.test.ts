import { describe, expect, test } from 'vitest'
import { ApiProblem, type Problem, Unreachable } from '#web/client/api-problem.ts'
import { formatRefused } from '#web/purchases/purchase-text.ts'

describe('what was not accepted is shown in words', () => {
  const refused = (problem: object) => formatRefused(new ApiProblem({ status: 409, detail: '', ...problem } as Problem))

  test('a purchase that had ended cannot be cancelled, but a completed one be refunded', () => {
    expect(refused({ code: 'already_settled', purchaseStatus: 'completed' })).toEqual({
      title: 'Too late to cancel',
      message: 'The purchase has already ended: completed. You can refund it instead.',
    })
    expect(refused({ code: 'already_settled', purchaseStatus: 'failed' }).message).toBe(
      'The purchase has already ended: failed.',
    )
  })

  test('a purchase that is not completed cannot be refunded', () => {
    expect(refused({ code: 'not_refundable', purchaseStatus: 'compensating' }).message).toBe(
      'Only a completed purchase can be refunded; this one is being undone.',
    )
  })

  test('any other reason is given as the store gives it', () => {
    const words = { title: 'The time to return it is over', detail: 'It was bought more than 30 days ago.' }
    expect(refused({ code: 'return_period_over', ...words })).toEqual({ title: words.title, message: words.detail })
  })

  test('of what nobody answered it is not known whether it was carried out', () => {
    expect(formatRefused(new Unreachable()).message).toMatch(
      /^It is not known whether the request was carried out\. .*Try again/,
    )
    expect(refused({ code: 'internal_error', status: 500 }).message).toMatch(
      /^It is not known whether the request was carried out/,
    )
  })
})
