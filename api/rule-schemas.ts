import { z } from '@hono/zod-openapi'
import { type Condition, NUMERIC_COMPARISONS, type Rule } from '#domain/campaigns/condition.ts'
import { LIMITS } from '#domain/campaigns/limits.ts'
import { checkRules } from '#domain/campaigns/rules.ts'
import { AGGREGATES } from '#domain/campaigns/variable.ts'
import { invalidRequest } from './errors.ts'
import { NUMBER_PUBLISHED } from './schemas.ts'

// OpenAPI description of rules, for readers and generated clients. It validates nothing: `checkRules` in domain/ does.

// A path as `domain/campaigns/json-path.ts` reads it, but for three things that a pattern in every dialect cannot say: that letters and
// digits beyond ASCII are meant, and no other characters; which names are not allowed; and that there are sums only of paths with `[*]`.
const NAME = String.raw`\.[^\u0000-@\[-^\u0060{-\u007f][^\u0000-/:-@\[-^\u0060{-\u007f]*`
const QUOTED = String.raw`[0-9]*[^\u0000-\u001f!-,./0-9:-@\[-^\u0060{-\u007f][^\u0000-\u001f!-,./:-@\[-^\u0060{-\u007f]*`
const INDEX = String.raw`\[(?:0|[1-9][0-9]{0,5})\]`
const SEGMENT = String.raw`${NAME}|\['${QUOTED}'\]|\["${QUOTED}"\]|${INDEX}`
const PATH = String.raw`\$(?:${SEGMENT}){1,${LIMITS.pathSegments}}`
const LINE_PATH = `@${PATH.slice(2)}`
const AGGREGATE = String.raw`(?:${AGGREGATES.join('|')})\(\$(?:${SEGMENT}|\[\*\]){1,${LIMITS.pathSegments}}\)`
const PATH_RULE =
  'Names are letters, digits and underscores, but not `constructor`, `prototype`, or with `__` in front.'
const AGGREGATE_RULE =
  '`sum`, `count`, `min` or `max` of a path with `[*]`, such as `sum($.lines[*].quantity)`, is a number, too.'

const path = { format: 'json-path', pattern: `^${PATH}$`, minLength: 3, maxLength: LIMITS.pathLength }
const numericVariable = {
  format: 'campaign-variable',
  pattern: `^(?:${PATH}|${AGGREGATE})$`,
  minLength: 3,
  maxLength: LIMITS.pathLength,
  example: '$.amount',
}
const DEFAULT_VARIABLE = 'The value to compare. Default: the variable of the rule.'
const OF_EVENT = {
  number: {
    type: 'string' as const,
    ...numericVariable,
    description: `${DEFAULT_VARIABLE} ${AGGREGATE_RULE} ${PATH_RULE}`,
  },
  text: { type: 'string' as const, ...path, example: '$.productId', description: `${DEFAULT_VARIABLE} ${PATH_RULE}` },
}
const ofLine = {
  type: 'string' as const,
  ...path,
  format: 'json-path-of-line',
  pattern: `^${LINE_PATH}$`,
  example: '@.productId',
  description: `The value to compare: a member of the line, which is \`@\`. ${PATH_RULE}`,
}

const number = {
  type: 'number' as const,
  ...NUMBER_PUBLISHED,
  description: `Of at most ${LIMITS.digits} digits, written out.`,
  example: 100,
}
const text = { type: 'string' as const, pattern: '^[^\\u0000]*$', maxLength: LIMITS.textLength, example: 'air' }

function list<Item extends object>(
  items: Item,
  example: unknown[],
  minItems = 1,
  maxItems: number = LIMITS.listLength,
) {
  return { type: 'array' as const, items, minItems, maxItems, example }
}

type Form = { description: string; rules: readonly string[]; value: object }

const NUMERIC: readonly Form[] = [
  {
    description: 'Compares a number exactly. `numeric_greater_than` and `numeric_less_than` are strict.',
    rules: NUMERIC_COMPARISONS,
    value: number,
  },
  { description: 'Is a number one of these?', rules: ['in', 'not_in'], value: list(number, [1, 2]) },
  {
    description: 'Is a number between two, or one of them?',
    rules: ['between'],
    value: list(number, [100, 500], 2, 2),
  },
]
const TEXTUAL: readonly Form[] = [
  { description: 'Compares a string exactly.', rules: ['string_equals', 'string_not_equals'], value: text },
  { description: 'Is a string one of these?', rules: ['in', 'not_in'], value: list(text, ['saturday', 'sunday']) },
  {
    description: 'Is a string between two by its code points, or one of them? So days are compared.',
    rules: ['between'],
    value: list(text, ['2026-12-01', '2026-12-24'], 2, 2),
  },
  { description: 'Does an array have this string, or a string this part?', rules: ['contains'], value: text },
  {
    description: 'Is there anything at all? With `false`: is there nothing?',
    rules: ['exists'],
    value: { type: 'boolean' as const, example: true },
  },
]

/** The forms of a condition. @param variable of comparisons of numbers and of others; @param isOwn whether each has its own */
function conditionForms(name: string, variable: { number: object; text: object }, isOwn: boolean) {
  const condition = { $ref: `#/components/schemas/${name}` }
  const conditions = { type: 'array' as const, minItems: 1, maxItems: LIMITS.conditions - 1, items: condition }
  const comparison = ({ description, rules, value }: Form, own: { variable?: object }) => {
    const rule = { type: 'string' as const, enum: [...rules] }
    return form(description, { ...own, rule, value }, isOwn ? [] : ['variable'])
  }
  const apart = (forms: readonly Form[], own: object) =>
    form('A comparison that is written as in a rule. Answers have it in one.', {
      variable: own,
      condition: { type: 'object' as const, oneOf: forms.map((one) => comparison(one, {})) },
    })
  return [
    ...NUMERIC.map((one) => comparison(one, { variable: variable.number })),
    ...TEXTUAL.map((one) => comparison(one, { variable: variable.text })),
    form('All conditions hold.', { all: conditions }),
    form('At least one condition holds.', { any: conditions }),
    form('The condition does not hold.', { not: condition }),
    apart(NUMERIC, variable.number),
    apart(TEXTUAL, variable.text),
  ]
}

function form(description: string, properties: Record<string, object>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object' as const, description, properties, required, additionalProperties: false }
}

/** The check makes it required and not nullable in the OpenAPI document. */
function anyCondition() {
  return z.custom<Condition>((value) => typeof value === 'object' && value !== null)
}

const conditionSchema = anyCondition().openapi('CampaignCondition', {
  type: 'object',
  description:
    'A comparison, or `all`, `any` or `not` over conditions with their own variables. What an event has not, or has of another kind, is ' +
    'neither true nor false, but for `exists`: the rule is not evaluated then, unless other conditions decide. A rule has at most ' +
    `${LIMITS.conditions} conditions, nested ${LIMITS.conditionDepth} levels deep.`,
  oneOf: conditionForms('CampaignCondition', OF_EVENT, false) as never,
})

const lineConditionSchema = anyCondition().openapi('CampaignLineCondition', {
  type: 'object',
  description:
    'A condition over one line of an event: the same, but each comparison has a variable of its own, which is a member of the line.',
  oneOf: conditionForms('CampaignLineCondition', { number: ofLine, text: ofLine }, true) as never,
})

const LINES =
  '`lines` chooses lines of the event, by conditions over their members: `@.productId`, `@.quantity`, `@.price`, `@.total`, `@.categories`, `@.tags`. ' +
  'Then `$.matched` is about them, in whatever order they are: `.total` is their price times their quantity, `.amount` the part of `$.amount` that ' +
  'goes to them, `.quantity` their pieces, `.count` how many lines they are. Where no line matches, the rule gives nothing.'

export const ruleSchema = z
  .strictObject({
    variable: z
      .string()
      .optional()
      .openapi({
        ...numericVariable,
        description: `The value for comparisons, required unless each has a variable of its own. ${AGGREGATE_RULE} ${PATH_RULE}`,
      }),
    lines: lineConditionSchema.optional(),
    condition: conditionSchema.optional(),
    action: z.strictObject({
      command: z.literal('issue'),
      formula: z.string().openapi({
        format: 'campaign-formula',
        minLength: 1,
        maxLength: LIMITS.formulaLength,
        description:
          'Number of points; below zero counts as zero, so that no rule takes from another. Numbers, JSONPaths, `+ - * / %`, ' +
          'parentheses, `min max floor ceil round`, and `sum count min max` of a path with `[*]`: `sum($.lines[*].quantity)`. The results of all rules of a campaign are summed exactly and rounded once, half to even.',
        example: '$.amount/10',
      }),
    }),
  })
  .openapi('CampaignRule', {
    description: `When the condition holds, or always where there is none, as many points are awarded as the formula says. ${LINES}`,
  })

const EXAMPLE = [
  {
    variable: '$.amount',
    condition: { rule: 'numeric_greater_than', value: 100 },
    action: { command: 'issue', formula: '$.amount/10' },
  },
  {
    lines: { variable: '@.categories', rule: 'contains', value: 'unicorns' },
    condition: { variable: '$.local.weekday', rule: 'in', value: ['saturday', 'sunday'] },
    action: { command: 'issue', formula: '$.matched.total*0.2' },
  },
]

export const rulesOutput = z.array(ruleSchema).openapi({ example: EXAMPLE })

/** Rules in a request. `parseRules` validates them and reports where the errors are. */
export const rulesInput = z
  .union([
    z.array(z.unknown()).openapi({ items: { $ref: '#/components/schemas/CampaignRule' }, maxItems: LIMITS.rules }),
    z.string().openapi({
      format: 'campaign-rules',
      contentMediaType: 'application/json',
      minLength: 2,
      maxLength: LIMITS.rulesLength,
    } as never),
  ])
  .openapi({
    description: `An array of rules, or JSON text of one. As JSON text it has at most ${LIMITS.rulesLength} characters.`,
    example: EXAMPLE,
  })

/** @throws Problem `invalid_request` with every error and its path: `rules` and a JSON Pointer */
export function parseRules(input: z.infer<typeof rulesInput>): readonly Rule[] {
  const checked = checkRules(input)
  if (checked.ok) return checked.rules
  const errors = checked.errors.map((error) => ({ ...error, path: `rules${error.path}` }))
  throw invalidRequest('body', errors)
}
