import { compensation, lastingStep, step } from './steps.ts'

/** What a purchase can do, and how each step shows in the Web UI. Shared by the saga and by its repair. */
export const reserveStock = step('reserveStock', 'Reserve the stock and freeze the prices')
export const releaseStock = compensation('releaseStock', 'Undo: give the reserved stock back')
export const chargeWallet = step('chargeWallet', 'Charge the wallet')
export const undoCharge = compensation('undoCharge', 'Undo: give the money back')
export const confirmPurchase = lastingStep('confirmPurchase', 'Confirm: from here on the purchase stands')
export const recordCompensating = lastingStep('recordCompensating', 'Note that the purchase is being undone, and why')
export const recordOutcome = lastingStep('recordOutcome', 'Note how the purchase ended')
export const barConfirmation = lastingStep(
  'barConfirmation',
  'Confirmed already? If not, see to it that it never will be',
)
export const readInterruptedOutcome = lastingStep(
  'readInterruptedOutcome',
  'Read what the purchase was being undone for',
)
