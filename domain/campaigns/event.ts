/** Whose campaigns the purchases of the store are judged by. */
export const STORE_CLIENT = 'UnicornStore'

/**
 * What happened, as rules see it: plain JSON. Other systems send types of their own, with whatever members their rules
 * look at. Money is in major units (`19.99`), `occurredAt` is an RFC 3339 instant.
 */
export type CampaignEvent = {
  readonly type: string
  /** Whose campaigns apply. */
  readonly client: string
  readonly occurredAt: string
  readonly [member: string]: unknown
}

/** A line of a purchase; `price` is the frozen price of one piece, in major units. */
type EventLine = {
  readonly productId: string
  readonly quantity: number
  readonly price: number
}

/** A purchase that stands. */
export type PurchaseCompleted = CampaignEvent & {
  readonly type: 'PurchaseCompleted'
  readonly purchaseId: string
  readonly username: string
  /** What was charged in money: `total` less what points paid for. */
  readonly amount: number
  /** The price of all lines. */
  readonly total: number
  /** Pieces over all lines. */
  readonly quantity: number
  /** Of the first line. */
  readonly productId: string
  readonly lines: readonly EventLine[]
}
