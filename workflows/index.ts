/** Every workflow that a worker can run, by its name. */
export { award } from './award.ts'
export { expirePoints } from './expire-points.ts'
export { forgetKeys } from './forget-keys.ts'
export { purchase } from './purchase.ts'
export { reconcilePurchases } from './reconcile-purchases.ts'
export { refund } from './refund.ts'
export { repair } from './repair.ts'
