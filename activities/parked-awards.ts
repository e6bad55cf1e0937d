import { log } from '@temporalio/activity'
import { listParkedAwards } from '#db/awards.ts'
import { isDatabaseUnavailable } from '#db/outages.ts'
import { UNAVAILABLE } from '#domain/purchase.ts'
import { awardPoints, type PointsDependencies } from './points.ts'

const PAGE = 100

export type ParkedPage = {
  /** Awards that were booked or, which is settled as well, refused by the ledger and left to an operator. */
  booked: number
  /** Awards that still are; the next run tries again. */
  failed?: number
  /** Where the next page begins; left out on the last one. */
  next?: string
}

/**
 * Books a page of the awards that were parked because of an outage, now that it may be over. What the ledger refused waits for an
 * operator. Safe beside one who retries or dismisses the same award, and to repeat: an award is booked once.
 */
export async function bookParkedAwards(
  deps: PointsDependencies,
  { after }: { after?: string },
  reportProgress: (details: Record<string, number>) => void,
): Promise<ParkedPage> {
  const page = await listParkedAwards(deps.sql, { problem: UNAVAILABLE, limit: PAGE, ...(after && { after }) })
  let failed = 0
  for (const [index, { id, kind }] of page.entries()) {
    reportProgress({ awards: index, of: page.length })
    try {
      await awardPoints(deps, kind === 'event' ? { eventId: id } : { purchaseId: id })
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error
      failed += 1
      log.warn('a parked award could not be booked', { id, reason: String(error) })
    }
  }
  const next = page.length === PAGE ? page.at(-1)?.id : undefined
  return { booked: page.length - failed, ...(failed > 0 && { failed }), ...(next !== undefined && { next }) }
}
