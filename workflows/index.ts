/** Every workflow that a worker can run, by its name. */
export { award } from './award.ts'
export { purchase, repair } from './purchase.ts'
export { refund } from './refund.ts'
export { bookParkedAwards, expirePoints, forgetKeys, reconcilePurchases } from './scheduled.ts'
