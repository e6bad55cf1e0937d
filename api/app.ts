import { OpenAPIHono } from '@hono/zod-openapi'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import type { App, AppDependencies, AppEnv } from './app-types.ts'
import { registerCreateCampaign } from './campaigns/create-campaign.ts'
import { registerDeleteCampaign } from './campaigns/delete-campaign.ts'
import { registerGetCampaign } from './campaigns/get-campaign.ts'
import { registerListCampaigns } from './campaigns/list-campaigns.ts'
import { registerListCampaignHistory } from './campaigns/list-history.ts'
import { registerSimulate } from './campaigns/simulate.ts'
import { registerUpdateCampaign } from './campaigns/update-campaign.ts'
import { registerCreateEvent } from './events/create-event.ts'
import { registerHealthz } from './health/healthz.ts'
import { registerReadyz } from './health/readyz.ts'
import { registerServeImage } from './images/serve-image.ts'
import { registerDismissParked } from './operations/dismiss-parked.ts'
import { registerListParked } from './operations/list-parked.ts'
import { registerRepairPurchase } from './operations/repair-purchase.ts'
import { registerRetryParked } from './operations/retry-parked.ts'
import { registerGetPoints } from './points/get-points.ts'
import { registerIssuePoints } from './points/issue-points.ts'
import { registerListLots } from './points/list-lots.ts'
import { registerListTransactions } from './points/list-transactions.ts'
import { registerRedeemPoints } from './points/redeem-points.ts'
import { registerReverseTransaction } from './points/reverse-transaction.ts'
import { answerError } from './problems/answer-error.ts'
import { refuseInvalidInput } from './problems/invalid-input.ts'
import { Problem } from './problems/problem.ts'
import { registerAdjustStock } from './products/adjust-stock.ts'
import { registerCreateProduct } from './products/create-product.ts'
import { registerGetProduct } from './products/get-product.ts'
import { registerListProducts } from './products/list-products.ts'
import { registerUpdateProduct } from './products/update-product.ts'
import { registerCancelPurchase } from './purchases/cancel-purchase.ts'
import { registerCreatePurchase } from './purchases/create-purchase.ts'
import { registerGetPurchase } from './purchases/get-purchase.ts'
import { registerListPurchases } from './purchases/list-purchases.ts'
import { registerQuotePurchase } from './purchases/quote-purchase.ts'
import { registerRefundPurchase } from './purchases/refund-purchase.ts'
import { registerWatchPurchase } from './purchases/watch-purchase.ts'
import { registerOpenApiDocument } from './reference/openapi-document.ts'
import { registerReference } from './reference/serve-reference.ts'
import { bodySizeLimit } from './requests/body-size-limit.ts'
import { loopbackOnly } from './requests/loopback-only.ts'
import { requestLog } from './requests/request-log.ts'
import { crossOriginAccess, securityHeaders } from './requests/response-headers.ts'
import { registerGetSettings } from './settings/get-settings.ts'
import { registerStore } from './store/serve-store.ts'
import { registerCreateUser } from './users/create-user.ts'
import { registerGetBalance } from './users/get-balance.ts'
import { registerListUsers } from './users/list-users.ts'
import { registerListWalletEntries } from './users/list-wallet-entries.ts'
import { registerTopUp } from './users/top-up.ts'

/** The API as a function from requests to responses. Holds no state of its own. */
export function createApp(deps: AppDependencies): App {
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalidInput })
  app.onError(answerError)
  app.notFound((c) => answerError(new Problem('unknown_route', 'See /docs for what there is.'), c))
  useMiddleware(app, deps)
  registerRoutes(app, deps)
  return app
}

function useMiddleware(app: App, deps: AppDependencies): void {
  app.use(requestId({ limitLength: 128 }))
  app.use(requestLog(deps))
  app.use(securityHeaders)
  if (deps.demoMode) app.use(loopbackOnly(deps))
  if (deps.corsOrigins.length > 0) app.use(crossOriginAccess(deps.corsOrigins))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        return answerError(new Problem('method_not_allowed', `It takes ${methods.join(', ')}.`), c)
      },
    }),
  )
  app.use(bodySizeLimit)
}

function registerRoutes(app: App, deps: AppDependencies): void {
  registerStore(app, deps)
  registerOpenApiDocument(app)
  registerReference(app)
  registerServeImage(app)

  registerListProducts(app, deps)
  registerGetProduct(app, deps)
  registerCreateProduct(app, deps)
  registerUpdateProduct(app, deps)
  registerAdjustStock(app, deps)

  registerListUsers(app, deps)
  registerCreateUser(app, deps)
  registerGetBalance(app, deps)
  registerTopUp(app, deps)
  registerListWalletEntries(app, deps)

  registerCreatePurchase(app, deps)
  registerQuotePurchase(app, deps)
  registerListPurchases(app, deps)
  registerGetPurchase(app, deps)
  registerWatchPurchase(app, deps)
  registerCancelPurchase(app, deps)
  registerRefundPurchase(app, deps)

  registerGetPoints(app, deps)
  registerIssuePoints(app, deps)
  registerRedeemPoints(app, deps)
  registerListTransactions(app, deps)
  registerListLots(app, deps)
  registerReverseTransaction(app, deps)

  registerListCampaigns(app, deps)
  registerCreateCampaign(app, deps)
  registerSimulate(app, deps)
  registerGetCampaign(app, deps)
  registerUpdateCampaign(app, deps)
  registerDeleteCampaign(app, deps)
  registerListCampaignHistory(app, deps)

  registerCreateEvent(app, deps)

  registerListParked(app, deps)
  registerRetryParked(app, deps)
  registerDismissParked(app, deps)
  registerRepairPurchase(app, deps)

  registerGetSettings(app, deps)
  registerHealthz(app, deps)
  registerReadyz(app, deps)
}
