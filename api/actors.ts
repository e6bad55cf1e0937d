import { z } from '@hono/zod-openapi'
import type { Actor, Decision, OperatorRequest } from '#db/actors.ts'
import { type AppContext, ROLES } from './app-types.ts'
import { timestamp } from './schemas.ts'

/** Who did something, as answers say it. */

export const actorSchema = z
  .object({
    role: z.enum([...ROLES, 'demo', 'system']).openapi({
      description:
        'In which role they did it. `client_operator`: an operator of some clients. `demo`: anybody, in demo mode. `system`: the ' +
        'part of the store that `id` names.',
    }),
    id: z.string().nullable().openapi({
      description: 'Of the user. Customers are told no id but their own.',
      example: 'usr_0199d6a4-7f1e-7c3a-9b0e-5a1c2d3e4f50',
    }),
    client: z.string().nullable().openapi({ description: 'The client that they did it for.', example: null }),
    name: z.string().nullable().openapi({
      description: 'What they are called now. Operators are told it, where there is one.',
      example: null,
    }),
  })
  .openapi('Actor')

/** As much of it as the caller is told: customers learn of what others did in which role, and operators their names. */
export function formatActor(c: AppContext, { stored, name }: Actor): z.infer<typeof actorSchema> {
  const [role, id = null, client = null] = stored.split(':')
  const nobody = { id: null, client: null, name: null }
  if (role === 'demo') return { ...nobody, role }
  if (id === null) return { ...nobody, role: 'system', id: stored }
  const caller = c.get('caller')
  const isTold = caller.role !== 'customer' || caller.user?.userId === id
  const isOperator = caller.role === 'operator' || caller.role === 'client_operator'
  return {
    role: z.enum(ROLES).parse(role),
    ...(isTold ? { id, client } : { id: null, client: null }),
    name: isOperator ? name : null,
  }
}

export const decisionSchema = z.object({
  reason: z.string().nullable().openapi({ description: 'Null: erased.' }),
  actor: actorSchema,
  at: timestamp,
})

/** What an operator decided, and why. */
export function formatDecision(c: AppContext, { reason, actor, at }: Decision): z.infer<typeof decisionSchema> {
  return { reason, actor: formatActor(c, actor), at: new Date(at).toISOString() }
}

export const operatorRequestSchema = z
  .object({ kind: z.enum(['repair', 'retry', 'resolution']), actor: actorSchema, at: timestamp })
  .openapi('OperatorRequest')

/** Something that an operator asked for, or a part of it that says who and when. */
export function formatRequest<Request extends Pick<OperatorRequest, 'actor' | 'at'>>(c: AppContext, request: Request) {
  return { ...request, actor: formatActor(c, request.actor), at: new Date(request.at).toISOString() }
}
