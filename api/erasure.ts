import { createRoute, z } from '@hono/zod-openapi'
import { type Erasure, type ErasureRefusal, eraseUser, readErasure } from '#db/wallets.ts'
import type { Money } from '#domain/money.ts'
import type { App, AppDependencies } from './app-types.ts'
import { actorOf, OPERATORS } from './auth.ts'
import { idempotencyHeaders, keyedRequest, requireDone } from './idempotency.ts'
import { Problem } from './problems.ts'
import { json, jsonBody, problems, replayedHeader, WRITING } from './responses.ts'
import { amountOutput, timestamp, userId, userPath } from './schemas.ts'

const newErasure = z
  .strictObject({
    forfeit: z.boolean().default(false).openapi({
      description:
        'Whether money in the wallet, and points that can be redeemed, are given up. Without it: 409 if there are any.',
    }),
  })
  .openapi('NewErasure')

const erasureSchema = z
  .object({
    id: userId.openapi({ description: 'What is left of the user: the id, which means nothing.' }),
    erasedAt: timestamp,
    texts: z
      .number()
      .int()
      .openapi({ description: 'Number of texts that were erased: reasons, and payloads of events.', example: 3 }),
    forfeited: z.object({
      balance: amountOutput.openapi({ description: 'Money that was taken out of the wallet.', example: 19.99 }),
      points: z
        .number()
        .int()
        .openapi({ description: 'Points that nobody can redeem any more. They expire.', example: 750 }),
    }),
    campaigns: z.array(z.object({ client: z.string(), campaignName: z.string() })).openapi({
      description: 'Campaigns that have, or had, the username in their rules, which are not changed. At most 100.',
    }),
  })
  .openapi('Erasure')

function formatErasure({ userId, at, texts, forfeitedMinor, pointsLeft, campaigns }: Erasure, money: Money) {
  return {
    id: userId,
    erasedAt: at.toISOString(),
    texts,
    forfeited: { balance: money.majorFromMinor(forfeitedMinor), points: pointsLeft },
    campaigns: campaigns.map(({ client, name }) => ({ client, campaignName: name })),
  }
}

function refusalProblem(refusal: ErasureRefusal, money: Money): Problem {
  if (refusal.code === 'under_way') {
    const { purchases, awards } = refusal
    return new Problem(refusal.code, 'Wait until they have ended. Retry or dismiss awards that are parked.', {
      purchases,
      awards,
    })
  }
  const { balanceMinor, points } = refusal
  const detail = 'Pay it out first, or send "forfeit": true: then it is lost to the user.'
  return new Problem(refusal.code, detail, { balance: money.majorFromMinor(balanceMinor), points })
}

const eraseUserRoute = createRoute({
  method: 'post',
  path: '/users/{username}/erasure',
  ...OPERATORS,
  operationId: 'eraseUser',
  tags: ['Users'],
  summary: 'Erase who a user is',
  description:
    'The name, the identity at the provider, the roles granted here, and all texts about or by the user are erased, at once and for good. ' +
    'What was bought, paid and awarded stays, of an id that means nothing. The name is free again; whoever takes it gets nothing of it. ' +
    'Instead of the name the id can be given, which repeats the answer. A refusal is not remembered: the same Idempotency-Key can be ' +
    'used again.',
  request: { params: userPath, headers: idempotencyHeaders, body: jsonBody(newErasure) },
  responses: {
    200: { description: 'Erased.', headers: replayedHeader, content: json(erasureSchema) },
    ...problems(...WRITING, 'unknown_user', 'under_way', 'balance_left'),
  },
})

/** `POST /users/{username}/erasure`. */
export function registerErasure(app: App, { sql, writes, money }: AppDependencies): void {
  app.openapi(eraseUserRoute, async (c) => {
    const { username: user } = c.req.valid('param')
    const body = c.req.valid('json')
    const answer = await eraseUser(writes, keyedRequest(c, body), { user, forfeit: body.forfeit, actor: actorOf(c) })
    const erased = requireDone(c, answer, {
      unknown: 'unknown_user',
      refused: (refusal) => refusalProblem(refusal, money),
    })
    const erasure = await readErasure(sql, erased)
    if (!erasure) throw new Error(`the erasure of ${erased} is not on record`)
    return c.json(formatErasure(erasure, money), 200)
  })
}
