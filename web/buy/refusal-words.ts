import type { Words } from '#web/client/problem-words.ts'
import type { Purchase, Refusal } from '#web/client/purchases.ts'
import { money } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'

const NOTHING_CHARGED = 'Nothing was charged.'

/** Why a purchase came to nothing, as its buyer should read it. */
export function sayNotBought(
  { status, refusal }: Pick<Purchase, 'status' | 'refusal'>,
  nameOf: (productId: string) => string,
): Words {
  if (refusal) return sayRefusal(refusal, nameOf)
  if (status === 'cancelled') {
    return { title: 'Cancelled', message: 'Nothing was bought, and everything that had been taken was given back.' }
  }
  return {
    title: 'It did not work out',
    message:
      'The store could not carry this purchase out. Everything that had been taken was given back; you can try again.',
  }
}

/** What has become of a refusal for want of money once there is enough. */
export function sayCovered(missing: number): Words {
  return {
    title: 'Your wallet covers it now',
    message: `${money(missing)} was missing. ${NOTHING_CHARGED} Nothing is bought yet.`,
  }
}

function sayRefusal(refusal: Refusal, nameOf: (productId: string) => string): Words {
  switch (refusal.code) {
    case 'out_of_stock':
      return sayShort(refusal, nameOf)
    case 'price_changed':
      return {
        title: 'The price has changed',
        message: `It was ${money(refusal.expectedTotal ?? 0)}, and is ${money(refusal.total ?? 0)} now. ${NOTHING_CHARGED}`,
      }
    case 'insufficient_funds':
      return {
        title: `${money(refusal.missing ?? 0)} missing`,
        message: `Your wallet does not cover this. ${NOTHING_CHARGED}`,
      }
    case 'redeem_exceeds_total':
      return {
        title: 'More points than it costs',
        message: `This takes ${points(refusal.mostPoints ?? 0)} at most. ${NOTHING_CHARGED}`,
      }
    case 'insufficient_points':
      return {
        title: 'Not enough points',
        message: `You have ${points(refusal.available ?? 0)} to spend, and wanted to spend ${points(refusal.points ?? 0)}. ${NOTHING_CHARGED}`,
      }
  }
}

function sayShort({ short = [] }: Refusal, nameOf: (productId: string) => string): Words {
  const [first, ...others] = short
  if (!first || others.length > 0) {
    const what = short.map(
      ({ productId, available, requested }) => `${nameOf(productId)}: ${left(available, requested)}`,
    )
    return { title: 'Not everything is in stock', message: `${what.join('. ')}. ${NOTHING_CHARGED}` }
  }
  const { productId, available, requested } = first
  if (available === 0)
    return { title: 'Sold out', message: `${nameOf(productId)} has just been sold out. ${NOTHING_CHARGED}` }
  return {
    title: left(available, requested),
    message: `There is not enough of ${nameOf(productId)}. ${NOTHING_CHARGED}`,
  }
}

function left(available: number, requested: number): string {
  return `${available} left, you asked for ${requested}`
}
