/** Words of the shop's own for products, customers and groups of campaigns, which the database checks by the same pattern. */
export const LABEL = /^[a-z0-9][a-z0-9-]{0,39}$/
export const LABEL_RULE = 'must be 1 to 40 small letters, digits and hyphens, and not begin with a hyphen'

/** How many categories or tags a product has at most, and tags a customer. */
export const MAX_LABELS = 20
