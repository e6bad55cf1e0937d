import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { campaignSearch, newCampaignSearch } from './campaigns/campaign-search.ts'
import { whenReachable } from './client/api.ts'
import { NotFound, PageError, PageSkeleton } from './page/page.tsx'
import { onlyKnown, operationsSearch, pointsSearch, purchasesSearch, readSearch, writeSearch } from './search-params.ts'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Shell })

const buy = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => whenReachable(() => import('./buy/buy-page.tsx')), 'BuyPage'),
})

const purchases = createRoute({
  getParentRoute: () => root,
  path: '/purchases',
  validateSearch: onlyKnown(purchasesSearch),
  component: lazyRouteComponent(() => whenReachable(() => import('./purchases/purchases-page.tsx')), 'PurchasesPage'),
})

const purchase = createRoute({
  getParentRoute: () => root,
  path: '/purchases/$purchaseId',
  component: lazyRouteComponent(() => whenReachable(() => import('./purchases/purchase-page.tsx')), 'PurchasePage'),
})

const points = createRoute({
  getParentRoute: () => root,
  path: '/points',
  validateSearch: onlyKnown(pointsSearch),
  component: lazyRouteComponent(() => whenReachable(() => import('./points/points-page.tsx')), 'PointsPage'),
})

const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/campaigns',
  component: lazyRouteComponent(() => whenReachable(() => import('./campaigns/campaigns-page.tsx')), 'CampaignsPage'),
})

/** Not among the campaigns: one of them may well be called `new`. */
const newCampaign = createRoute({
  getParentRoute: () => root,
  path: '/new-campaign',
  validateSearch: onlyKnown(newCampaignSearch),
  component: lazyRouteComponent(
    () => whenReachable(() => import('./campaigns/new-campaign-page.tsx')),
    'NewCampaignPage',
  ),
})

const campaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$campaignName',
  validateSearch: onlyKnown(campaignSearch),
  component: lazyRouteComponent(() => whenReachable(() => import('./campaigns/campaign-page.tsx')), 'CampaignPage'),
})

const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  validateSearch: onlyKnown(operationsSearch),
  component: lazyRouteComponent(
    () => whenReachable(() => import('./operations/operations-page.tsx')),
    'OperationsPage',
  ),
})

export const router = createRouter({
  routeTree: root.addChildren([buy, purchases, purchase, points, campaigns, newCampaign, campaign, operations]),
  basepath: '/store',
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  // A page's code is there by the time that somebody who points at its link has clicked.
  defaultPreload: 'intent',
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
