import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import { shortLine } from '#api/problems/purchase-problems.ts'
import { amountShown } from '#api/schemas/amounts.ts'
import { majorFromMinor } from '#domain/money.ts'
import type { Refusal } from '#domain/purchase.ts'

/** Why a purchase was refused, with what the buyer needs to try again. */
export const refusalSchema = z
  .object({
    code: z.enum([
      'out_of_stock',
      'price_changed',
      'redeem_exceeds_total',
      'insufficient_points',
      'insufficient_funds',
    ]),
    short: z.array(shortLine).optional(),
    expectedTotal: amountShown.optional(),
    total: amountShown.optional(),
    points: z.number().int().optional().openapi({ description: 'How many points should have paid.' }),
    mostPoints: z.number().int().optional().openapi({ description: 'How many points the total is worth.' }),
    available: z.number().int().optional().openapi({ description: 'How many points there were to spend.' }),
    missing: amountShown.optional(),
  })
  .openapi('Refusal')

export function showRefusal(refusal: Refusal): z.infer<typeof refusalSchema> {
  switch (refusal.code) {
    case 'out_of_stock':
      return { code: refusal.code, short: refusal.short }
    case 'price_changed':
      return {
        code: refusal.code,
        expectedTotal: majorFromMinor(refusal.expectedMinor),
        total: majorFromMinor(refusal.totalMinor),
      }
    case 'redeem_exceeds_total':
    case 'insufficient_points':
      return refusal
    case 'insufficient_funds':
      return { code: refusal.code, missing: majorFromMinor(refusal.missingMinor) }
  }
}

/** The 409 of a refused purchase. */
export function refusalProblem(purchaseId: string, refusal: Refusal): Problem {
  const notBought = { purchaseId, success: false } as const
  switch (refusal.code) {
    case 'out_of_stock': {
      const [first] = refusal.short
      const available = first?.available ?? 0
      const detail = `Of product ${first?.productId}, ${available} can be bought.`
      return new Problem(refusal.code, detail, { ...notBought, stock: false, available, short: refusal.short })
    }
    case 'price_changed': {
      const expectedTotal = majorFromMinor(refusal.expectedMinor)
      const total = majorFromMinor(refusal.totalMinor)
      return new Problem(refusal.code, `The total is ${total}.`, { ...notBought, expectedTotal, total })
    }
    case 'redeem_exceeds_total': {
      const { code, points, mostPoints } = refusal
      return new Problem(code, `The total takes ${mostPoints} points at most.`, { ...notBought, points, mostPoints })
    }
    case 'insufficient_points': {
      const { code, points, available } = refusal
      const detail = `${available} points can be spent. The reserved stock was given back.`
      return new Problem(code, detail, { ...notBought, points, available })
    }
    case 'insufficient_funds': {
      const missing = majorFromMinor(refusal.missingMinor)
      const detail = `${missing} is missing. The reserved stock was given back.`
      return new Problem(refusal.code, detail, { ...notBought, stock: true, balance: false, restock: true, missing })
    }
  }
}
