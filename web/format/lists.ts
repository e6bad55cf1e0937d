/** Names in a row: `a, b and c`. */
export const and = new Intl.ListFormat('en-GB', { type: 'conjunction' })

/** `a, b or c`. */
export const or = new Intl.ListFormat('en-GB', { type: 'disjunction' })
