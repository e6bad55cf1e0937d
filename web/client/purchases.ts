import { type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from './api.ts'
import { ApiProblem, isFinal, isTemporary } from './api-problem.ts'
import { cursorQuery, MAX_RETRIES, retryDelay } from './query-client.ts'
import type { components } from './schema.d.ts'

type Schemas = components['schemas']

export type Order = Schemas['SeveralProductsOrder']
/** How the purchase is carried out: see `lane` and `slowMotion` of the API. */
export type Execution = Pick<Order, 'lane' | 'slowMotion'>
export type Quote = Schemas['Quote']
/** As much of a purchase as lists have. */
export type PurchaseSummary = Schemas['PurchaseSummary']
export type Purchase = Schemas['Purchase']
export type AwardEvaluation = Schemas['AwardEvaluation']
export type PurchaseStatus = Purchase['status']
export type PurchaseStep = Schemas['PurchaseStep']
export type OperatorRequest = Purchase['requests'][number]
export type Refusal = NonNullable<Purchase['refusal']>
export type Refund = Schemas['Refund']

/** What an order would come to now, and earn. Prices, points and campaigns change, so it is read again now and then. */
export function quoteQuery({ expectedTotal: _, ...order }: Order) {
  return queryOptions({
    queryKey: ['quote', order],
    queryFn: ({ signal }) => readQuote(order, signal),
    staleTime: 0,
    refetchInterval: 10_000,
  })
}

/**
 * The same for those who ask for many orders at once, only to know what each earns: read again when it is looked at half a
 * minute later, or at another price.
 */
export function earningQuery(order: Order) {
  const { expectedTotal: _, ...quoted } = order
  return queryOptions({
    queryKey: ['quote', 'earning', order],
    queryFn: ({ signal }) => readQuote(quoted, signal),
    staleTime: 30_000,
  })
}

function readQuote(body: Omit<Order, 'expectedTotal'>, signal: AbortSignal): Promise<Quote> {
  return answer(api.POST('/purchase/quote', { body, signal }))
}

type PlacedOrder = { key: string; order: Order; execution?: Execution }

/**
 * Sends an order. Under its key it is the same purchase however often it is sent, so this can be repeated safely, after a
 * reload too.
 *
 * @returns the id of the purchase, whatever its outcome, which the purchase itself has
 * @throws ApiProblem when there is no purchase: the order cannot be one, or the store is not up to it now
 */
export async function placeOrder({ key, order, execution }: PlacedOrder): Promise<string> {
  const header = { 'Idempotency-Key': key, Prefer: 'respond-async' }
  try {
    return (await answer(api.POST('/purchase', { params: { header }, body: { ...order, ...execution } }))).purchaseId
  } catch (error) {
    const purchaseId = refusedPurchase(error)
    if (purchaseId === undefined) throw error
    return purchaseId
  }
}

/** The purchase that a refusal is about; a 503 that names one leaves open what becomes of it. */
function refusedPurchase(error: unknown): string | undefined {
  if (!(error instanceof ApiProblem) || error.problem.status !== 409) return undefined
  return 'purchaseId' in error.problem ? error.problem.purchaseId : undefined
}

/** A purchase with its steps so far. To follow it while it is in progress, use `useLivePurchase`. */
export function purchaseQuery(purchaseId: string) {
  return queryOptions({
    queryKey: ['purchases', purchaseId],
    queryFn: ({ signal }) => answer(api.GET('/purchases/{id}', { params: { path: { id: purchaseId } }, signal })),
  })
}

/** What earned points: a purchase, or an event of another system; by campaigns of the client. */
export type Earner = { kind: 'purchase' | 'event'; id: string; client: string }

/** Which rules of which campaigns gave the points of a purchase or an event. It may be long, so it is read where it is shown. */
export function evaluationQuery({ kind, id }: Omit<Earner, 'client'>) {
  const params = { path: { id } }
  return queryOptions({
    queryKey: ['purchases', 'evaluation', id],
    queryFn: ({ signal }): Promise<AwardEvaluation> =>
      answer(
        kind === 'purchase'
          ? api.GET('/purchases/{id}/evaluation', { params, signal })
          : api.GET('/events/{id}/evaluation', { params, signal }),
      ),
  })
}

type Filter = {
  /** Whose; left out: everybody's. */
  userId?: string
  status?: PurchaseStatus
}

const PAGE_SIZE = 20

/** Purchases, newest first, page after page. */
export function purchaseHistoryQuery(filter: Filter) {
  return cursorQuery(['purchases', 'history', filter], (cursor, signal) =>
    answer(api.GET('/purchases', { params: { query: { ...filter, limit: PAGE_SIZE, ...cursor } }, signal })),
  )
}

/** Asks to stop a purchase. It happens once however often it is asked for, so it has no key. */
export function useCancelPurchase(purchaseId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/purchases/{id}/cancel', { params: { path: { id: purchaseId } } })),
    // It may have ended before, which the purchase shows.
    onSettled: () => queryClient.invalidateQueries({ queryKey: purchaseQuery(purchaseId).queryKey }),
  })
}

/** What somebody wants to give back. `key`: see `refundKey`. */
type WantedRefund = { key: string; lines: Order['lines'] }

/** Gives pieces of a purchase back: once under its key, however often it is sent, so that outages do not end it. */
export function useRefundPurchase(purchaseId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ key, lines }: WantedRefund) => {
      const params = { path: { id: purchaseId }, header: { 'Idempotency-Key': key } }
      return answer(api.POST('/purchases/{id}/refunds', { params, body: { lines } }))
    },
    retry: (failures, error: Error) => failures < MAX_RETRIES && (isTemporary(error) || !isFinal(error)),
    retryDelay,
    // It may be that less is left than was known.
    onSettled: () => invalidateAfterPurchase(queryClient),
  })
}

/** What a refund would return as things stand now: points that the purchase earned may have been spent since. */
export function refundQuoteQuery({ purchaseId }: Purchase, lines: Order['lines']) {
  const wanted = lines.map(({ productId, quantity }) => `${productId}:${quantity}`).join(',')
  return queryOptions({
    queryKey: ['purchases', 'refund-quote', purchaseId, wanted],
    queryFn: ({ signal }) => {
      const params = { path: { id: purchaseId }, query: { lines: wanted } }
      return answer(api.GET('/purchases/{id}/refund-quote', { params, signal }))
    },
    staleTime: 0,
  })
}

type Repaired = Pick<Purchase, 'purchaseId' | 'status'>

/** Has the undo of a purchase tried at once. What it does, it does once, so it has no key. */
export function useRepairPurchase(purchaseId: string, onSuccess: (repaired: Repaired) => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/operations/purchases/{id}/repair', { params: { path: { id: purchaseId } } })),
    onSuccess,
    onSettled: () => invalidateAfterPurchase(queryClient),
  })
}

/** Caches a purchase with its outcome. A request that is still in flight must not overwrite it. */
export async function cacheOutcome(queryClient: QueryClient, purchase: Purchase): Promise<void> {
  const { queryKey } = purchaseQuery(purchase.purchaseId)
  await queryClient.cancelQueries({ queryKey })
  queryClient.setQueryData(queryKey, purchase)
}

/** Invalidates what a settled purchase has changed: stock, the wallet, points, the lists of purchases. */
export async function invalidateAfterPurchase(queryClient: QueryClient): Promise<void> {
  const changed = ['products', 'users', 'points', 'quote', 'purchases']
  await Promise.all(changed.map((resource) => queryClient.invalidateQueries({ queryKey: [resource] })))
}
