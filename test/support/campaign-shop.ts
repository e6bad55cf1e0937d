import { recordExternalEvent } from '#db/awards.ts'
import { addMissingCampaigns, changeCampaign, readCampaign } from '#db/campaigns.ts'
import { updateProduct } from '#db/products.ts'
import { readPurchase } from '#db/purchases.ts'
import { tagUser } from '#db/wallets.ts'
import { type CampaignTerms, DEFAULT_TERMS } from '#domain/campaigns/campaign.ts'
import { giving } from './campaign-examples.ts'
import { aRequest, openShop } from './shop.ts'

const CLIENT = 'UnicornStore'
const PRICE_MINOR = 170_000

export type CampaignShop = Awaited<ReturnType<typeof openCampaignShop>>

/** A shop with one product at 1700.00 and as many campaigns as a test makes; nobody carries its purchases out but the test. */
export async function openCampaignShop(options: { connections?: number } = {}) {
  const shop = await openShop({ ...options, sampleCampaign: false })
  await shop.addProduct({ id: 'air', priceMinor: PRICE_MINOR, stock: 100_000 })

  async function confirmed(username: string, quantity = 1): Promise<string> {
    const purchaseId = await shop.order({ username, lines: [{ productId: 'air', quantity }] })
    await shop.confirm(purchaseId)
    return purchaseId
  }

  return {
    ...shop,
    addBuyer: (username: string) => shop.addWallet({ username, balanceMinor: 1_000 * PRICE_MINOR }),
    /** Gives a tenth of what was charged, unless the terms say otherwise. */
    addCampaign: (name: string, terms: Partial<CampaignTerms> = {}) =>
      addMissingCampaigns(shop.sql, [{ client: CLIENT, name, terms: { ...TERMS, ...terms } }], 'test'),
    /** @param changes null deletes it */
    async change(name: string, changes: Partial<CampaignTerms> | null) {
      const campaign = await readCampaign(shop.sql, CLIENT, name)
      if (!campaign) throw new Error(`no campaign ${name}`)
      const changed = changes && { ...campaign, ...changes }
      return await changeCampaign(shop.sql, aRequest(), { campaign, changed }, 'test')
    },
    /** An event beside the purchases, of the same client, which no other system may be at the API; nobody awards it. */
    async review(accountId: string, payload: Record<string, unknown> = { amount: 100, quantity: 1, stars: 5 }) {
      await shop.addUser(accountId)
      const eventId = crypto.randomUUID()
      const request = aRequest(eventId)
      await recordExternalEvent(shop.sql, request, {
        eventId,
        type: 'Review',
        client: CLIENT,
        username: accountId,
        payload,
        actor: 'test',
      })
      return eventId
    },
    label: (id: string, changes: { categories?: string[]; tags?: string[] }) =>
      updateProduct(shop.sql, aRequest(), { id, changes, actor: 'test' }),
    tag: (username: string, tags: string[]) => tagUser(shop.sql, aRequest(), { username, tags, actor: 'test' }),
    given: async (name: string) => (await readCampaign(shop.sql, CLIENT, name))?.givenPoints,
    confirmed,
    /** Everything that a purchase does, and the points that it earned. */
    async buy(username: string, quantity?: number): Promise<{ purchaseId: string; points: number | null }> {
      const purchaseId = await confirmed(username, quantity)
      await shop.complete(purchaseId)
      return { purchaseId, points: (await readPurchase(shop.sql, purchaseId))?.pointsIssued ?? null }
    },
  }
}

/** For its purchases, and for its reviews. */
const TERMS: CampaignTerms = {
  ...DEFAULT_TERMS,
  eventTypes: ['PurchaseCompleted', 'Review'],
  rules: [giving('$.amount/10')],
}
