import type { RuleRow } from './rule-row.ts'

/** Rules to start from. */
export type Template = { readonly name: string; readonly description: string; readonly rows: readonly RuleRow[] }

const TENTH = { by: 'share', percent: 10, of: 'paid' } as const

const ALL = { by: 'all' } as const
const ALWAYS = { match: 'all', rows: [] } as const

export const TEMPLATES: readonly Template[] = [
  {
    name: 'First purchase',
    description: 'Points for a customer who buys for the first time.',
    rows: [
      {
        give: { by: 'fixed', points: 100 },
        matching: ALL,
        when: { match: 'all', rows: [{ on: 'first' }] },
      },
    ],
  },
  {
    name: 'Double points on weekends',
    description: 'A tenth of what is paid, and the same again on Saturdays and Sundays: two rules.',
    rows: [
      { give: TENTH, matching: ALL, when: ALWAYS },
      {
        give: TENTH,
        matching: ALL,
        when: { match: 'all', rows: [{ on: 'weekday', is: true, days: ['saturday', 'sunday'] }] },
      },
    ],
  },
  {
    name: 'Buy three',
    description: 'Points for three pieces or more of certain products.',
    rows: [
      {
        give: { by: 'fixed', points: 50 },
        matching: { by: 'products', except: false, values: [] },
        when: { match: 'all', rows: [{ on: 'matchedPieces', test: 'at_least', value: 3 }] },
      },
    ],
  },
  {
    name: 'Category bonus',
    description: 'Points for each piece of a category.',
    rows: [
      {
        give: { by: 'piece', points: 5, of: 'matchedPieces' },
        matching: { by: 'categories', except: false, values: [] },
        when: ALWAYS,
      },
    ],
  },
  {
    name: 'Large purchase',
    description: 'Points for a cart that costs so much or more.',
    rows: [
      {
        give: { by: 'fixed', points: 100 },
        matching: ALL,
        when: { match: 'all', rows: [{ on: 'price', test: 'at_least', value: 100 }] },
      },
    ],
  },
  {
    name: 'A rule of your own',
    description: 'Begins with a tenth of what is paid, always.',
    rows: [{ give: TENTH, matching: ALL, when: ALWAYS }],
  },
]
