import { z } from '@hono/zod-openapi'
import { Problem } from '#api/problems/problem.ts'
import type { Rule } from '#domain/campaigns/condition.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { ruleSchema } from './rule-schema.ts'

const EXAMPLE = [
  {
    variable: '$.amount',
    condition: { rule: 'numeric_greater_than', value: 100 },
    action: { command: 'issue', formula: '$.amount/10' },
  },
]

export const rulesShown = z.array(ruleSchema).openapi({ example: EXAMPLE })

/** Rules in a request. What is in them is checked by `readRules`, which knows the places of mistakes. */
export const rulesGiven = z
  .union([z.array(z.unknown()).openapi({ items: { $ref: '#/components/schemas/CampaignRule' } }), z.string()])
  .openapi({ description: 'An array of rules, or JSON text of one.', example: EXAMPLE })

/** @throws Problem `invalid_request` with every mistake and its place, as a JSON Pointer after `rules` */
export function readRules(given: z.infer<typeof rulesGiven>): readonly Rule[] {
  const checked = checkRules(given)
  if (checked.ok) return checked.rules
  const errors = checked.mistakes.map((mistake) => ({ ...mistake, path: `rules${mistake.path}` }))
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new Problem('invalid_request', `In the body, ${first?.path}: ${first?.message}${more}.`, { errors })
}
