/**
 * Who asks. In demo mode nobody signs in: a request about a user is taken as the user's own, one about products as the
 * operator's.
 */

/** Whose idempotency keys the keys of product routes are. */
export const OPERATOR_SCOPE = 'operator'

/** Who is named in entries and movements. */
export const DEMO_ACTOR = 'demo'
