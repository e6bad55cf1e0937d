import { sayNotBought } from '#web/buy/refusal-words.ts'
import type { PurchaseStatus } from '#web/client/purchase-history.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { STATUS_WORDS } from '#web/purchases/status-words.ts'
import type { Telling } from './telling.ts'

/** Why a purchase is undone, which its story tells from the first moment. */
export function sayUndoneBecause({ steps }: Purchase, nameOf: (productId: string) => string): string {
  const reason = steps.find(({ state }) => state === 'compensating')?.detail
  switch (reason?.outcome) {
    case 'refused':
      return `Refused: ${sayNotBought({ status: 'refused', refusal: reason.refusal ?? null }, nameOf).title}.`
    case 'cancelled':
      return 'Its buyer cancelled it.'
    default:
      return reason?.code === 'interrupted'
        ? 'Its workflow was lost before it was confirmed.'
        : 'A step of it could not be carried out for ten minutes.'
  }
}

/** What came of trying at once. */
export function sayRepaired(status: PurchaseStatus): Telling {
  if (status === 'compensating') {
    return {
      tone: 'bad',
      title: 'Not through yet',
      message: 'The undo was tried, and goes on being tried until it is done. Its workflow tells what it waits for.',
    }
  }
  return {
    tone: 'good',
    title: 'It has its outcome',
    message: `The purchase is ${STATUS_WORDS[status].toLowerCase()}, and nothing waits any more.`,
  }
}
