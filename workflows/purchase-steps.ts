import { compensation, retryForever, step } from './steps.ts'

/** What a purchase can do, and how each step shows in the Web UI. Shared by the saga, its repair and its refund. */
export const reserveStock = step('reserveStock', 'Reserve the stock and freeze the prices')
export const releaseStock = compensation('releaseStock', 'Undo: give the reserved stock back')
export const redeemPoints = step('redeemPoints', 'Pay a part with points')
export const undoRedemption = compensation('undoRedemption', 'Undo: give the redeemed points back')
export const chargeWallet = step('chargeWallet', 'Charge the wallet')
export const undoCharge = compensation('undoCharge', 'Undo: give the money back')
export const confirmPurchase = retryForever('confirmPurchase', 'Confirm: from here on the purchase stands')
export const beginCompensation = retryForever('beginCompensation', 'Undo the purchase, unless it is confirmed')
export const recordOutcome = retryForever('recordOutcome', 'Note how the purchase ended')

export const takeBackAward = compensation('takeBackAward', 'Refund: take the awarded points back, as far as unspent')
export const returnStock = compensation('returnStock', 'Refund: put the goods back on the shelf')
export const returnMoney = compensation('returnMoney', 'Refund: give the money back')
export const recordRefunded = compensation('recordRefunded', 'Refund: note that it is through')
