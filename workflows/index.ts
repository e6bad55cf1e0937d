/** Every workflow that a worker can run, by its name. */
export { purchase } from './purchase.ts'
export { reconcilePurchases } from './reconcile-purchases.ts'
export { repair } from './repair.ts'
