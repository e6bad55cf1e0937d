import { z } from '@hono/zod-openapi'
import { type Condition, NUMERIC_COMPARISONS } from '#domain/campaigns/condition.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'

// What rules are like, for readers and generated clients. No rule is checked by it: what is right is up to the domain alone.

const PATH = { maxLength: LIMITS.pathLength, example: '$.amount' }
const variable = {
  type: 'string' as const,
  ...PATH,
  description: 'JSONPath to what is compared, of names and indexes. Left out: that of the rule.',
}
const condition = { $ref: '#/components/schemas/CampaignCondition' }
const conditions = { type: 'array' as const, minItems: 1, items: condition }

const CONDITION_FORMS = [
  form('Compares a number, exactly. `numeric_greater_than` and `numeric_less_than` are strict.', {
    variable,
    rule: { type: 'string' as const, enum: [...NUMERIC_COMPARISONS] },
    value: { type: 'number' as const, example: 100 },
  }),
  form('Compares a text.', {
    variable,
    rule: { type: 'string' as const, enum: ['string_equals'] },
    value: { type: 'string' as const, maxLength: LIMITS.textLength, example: 'air' },
  }),
  form('Each of them holds.', { all: conditions }),
  form('One of them holds, or more.', { any: conditions }),
  form('It does not hold.', { not: condition }),
]

function form<Properties extends object>(description: string, properties: Properties) {
  const required = Object.keys(properties).filter((name) => name !== 'variable')
  return { type: 'object' as const, description, properties, required, additionalProperties: false }
}

/** To the document, it is required and cannot be null because neither passes here. */
const conditionSchema = z
  .custom<Condition>((given) => typeof given === 'object' && given !== null)
  .openapi('CampaignCondition', {
    type: 'object',
    description:
      'A comparison, or `all`, `any` or `not` over conditions with variables of their own. A rule has at most ' +
      `${LIMITS.conditions} of them, ${LIMITS.conditionDepth} levels deep.`,
    oneOf: CONDITION_FORMS,
  })

export const ruleSchema = z
  .strictObject({
    variable: z
      .string()
      .optional()
      .openapi({ ...PATH, description: 'JSONPath that comparisons without one of their own look at.' }),
    condition: conditionSchema,
    action: z.strictObject({
      command: z.literal('issue'),
      formula: z.string().openapi({
        maxLength: LIMITS.formulaLength,
        description:
          'How many points. Numbers, JSONPaths, `+ - * / %`, parentheses, `min max floor ceil round`. What the rules of a ' +
          'campaign come to is summed exactly, and rounded once, half to even.',
        example: '$.amount/10',
      }),
    }),
  })
  .openapi('CampaignRule', { description: 'When the condition holds, points are issued, as many as the formula says.' })
