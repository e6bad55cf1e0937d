import { z } from '@hono/zod-openapi'
import type { ProblemCode } from '#api/problems/catalogue.ts'

/** Ids of products and names of users. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const ID_RULE = 'must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit'

export const resourceId = z.string().regex(ID, ID_RULE)
export const productId = resourceId.openapi({ example: '1' })
export const username = resourceId.openapi({ example: 'derick' })
export const userId = resourceId.openapi({
  description: 'Means nothing, and never changes.',
  example: 'usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
})

export const productPath = z.object({ id: pathId((id) => ID.test(id), 'unknown_product', '1') })
export const userPath = z.object({ username: pathId((name) => ID.test(name), 'unknown_user', 'derick') })
export const purchasePath = uuidPath('unknown_purchase')
export const parkedPath = uuidPath('unknown_parked_award')
export const transactionPath = uuidPath('unknown_transaction')

/** In the one spelling that keys and references are made of (RFC 9562, section 4: letters of either case are taken). */
function uuidPath(unknown: ProblemCode) {
  const isPossible = (id: string) => z.uuid().safeParse(id).success
  return z.object({ id: pathId(isPossible, unknown, '0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50').toLowerCase() })
}

/** An id in a path. One that cannot exist is answered like one that does not: 404. */
function pathId(isPossible: (id: string) => boolean, unknown: ProblemCode, example: string) {
  return z.string().refine(isPossible, { params: { unknown } }).openapi({ example })
}
