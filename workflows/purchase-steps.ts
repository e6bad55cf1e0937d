import { compensation, lastingStep, step } from './steps.ts'

/** What a purchase can do, and how each step shows in the Web UI. Shared by the saga and by its repair. */
export const reserveStock = step('reserveStock', 'Reserve the stock and freeze the prices')
export const releaseStock = compensation('releaseStock', 'Undo: give the reserved stock back')
export const chargeWallet = step('chargeWallet', 'Charge the wallet')
export const undoCharge = compensation('undoCharge', 'Undo: give the money back')
export const confirmPurchase = lastingStep('confirmPurchase', 'Confirm: from here on the purchase stands')
export const beginCompensation = lastingStep('beginCompensation', 'Undo the purchase, unless it is confirmed')
export const recordOutcome = lastingStep('recordOutcome', 'Note how the purchase ended')
