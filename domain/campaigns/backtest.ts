import { type Given, refuseAboveCeiling, remainingOf } from './award.ts'
import type { Campaign } from './campaign.ts'
import type { CampaignEvent } from './event.ts'
import { type CampaignGrant, grantsOf, takenBackOf } from './grant.ts'
import { type Judgement, judge } from './judgement.ts'
import { type CampaignTotals, CampaignTotalsCount } from './totals.ts'

/** What was given to an account before the backtest begins, where caps have to count it. */
export type GivenBefore = CampaignGrant & { readonly accountId: string }

/** Points that were taken back by a refund, or by hand. */
export type TakenBack = {
  /** Of the purchase or event that had earned them. */
  readonly id: string
  readonly accountId: string
  /** How many of the awarded points could not be taken back, because they were spent or had expired. */
  readonly notTakenBack: number
  /** What campaigns really got back: what counts for awards from before the backtest. Points are below zero. */
  readonly grants: readonly CampaignGrant[]
}

export type BacktestTotals = {
  /** Purchases and events that were judged. */
  readonly judged: number
  readonly points: number
  readonly takenBack: number
  readonly campaigns: readonly CampaignTotals[]
}

/**
 * Goes through what happened, in the order in which it happened, and keeps count of what campaigns would have given, for their
 * caps and in total. Pure: whoever reads the past tells it, and nothing is written anywhere.
 */
export class Backtest {
  readonly #inAll = new Map<string, number>()
  readonly #perCustomer = new Map<string, number>()
  /** What campaigns gave in this backtest, by purchase or event: a refund may take it back. */
  readonly #grants = new Map<string, readonly CampaignGrant[]>()
  readonly #totals = new CampaignTotalsCount()
  #judged = 0
  #points = 0
  #takenBack = 0

  constructor(givenBefore: readonly GivenBefore[] = []) {
    for (const { accountId, ...grant } of givenBefore) this.#give(grant, accountId)
  }

  /** Judges an event by campaigns: their rules and schedules as they stood when it occurred, caps as when it was booked. */
  judge(id: string, accountId: string, event: CampaignEvent, campaigns: readonly Campaign[]): readonly Judgement[] {
    const judgements = refuseAboveCeiling(
      campaigns.map((campaign) =>
        judge(campaign, event, remainingOf(campaign.caps, this.#givenBy(campaign.id, accountId))),
      ),
    )
    for (const [index, judgement] of judgements.entries()) this.#totals.count(campaigns[index] as Campaign, judgement)
    const grants = grantsOf(judgements)
    for (const grant of grants) {
      this.#give(grant, accountId)
      this.#points += grant.points
    }
    // Also when it gave nothing: what was really given is then not to be taken back here.
    this.#grants.set(id, grants)
    this.#judged += 1
    return judgements
  }

  /** As much of an award as was taken back in truth, less what could not be; caps have room for it again. */
  takeBack({ id, accountId, notTakenBack, grants }: TakenBack): void {
    const awarded = this.#grants.get(id)
    if (!awarded) {
      for (const grant of grants) this.#give(grant, accountId)
      return
    }
    const points = awarded.reduce((sum, grant) => sum + grant.points, 0)
    for (const grant of takenBackOf(awarded, Math.max(0, points - notTakenBack))) {
      this.#give(grant, accountId)
      this.#takenBack -= grant.points
      this.#totals.takeBack(grant.campaignId, grant.points)
    }
    this.#grants.delete(id)
  }

  totals(): BacktestTotals {
    return {
      judged: this.#judged,
      points: this.#points,
      takenBack: this.#takenBack,
      campaigns: this.#totals.list(),
    }
  }

  #give({ campaignId, points }: CampaignGrant, accountId: string): void {
    add(this.#inAll, campaignId, points)
    add(this.#perCustomer, customerKey(campaignId, accountId), points)
  }

  #givenBy(campaignId: string, accountId: string): Given {
    return {
      inAll: this.#inAll.get(campaignId) ?? 0,
      toCustomer: this.#perCustomer.get(customerKey(campaignId, accountId)) ?? 0,
    }
  }
}

/** Ids of campaigns are UUIDs: the first blank ends them. */
function customerKey(campaignId: string, accountId: string): string {
  return `${campaignId} ${accountId}`
}

function add(sums: Map<string, number>, key: string, points: number): void {
  sums.set(key, (sums.get(key) ?? 0) + points)
}
