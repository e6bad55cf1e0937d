import { Skeleton, Switch } from '@mantine/core'
import { IconPackages } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { productsQuery } from '#web/client/products.ts'
import type { Execution } from '#web/client/purchases.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { EmptyState, PagedList } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import classes from './buy-page.module.css'
import { CartPlace } from './cart-panel.tsx'
import { CheckoutProvider } from './checkout.tsx'
import { ProductCard } from './product-card.tsx'
import { PurchaseDialog } from './purchase-dialog.tsx'

/** In demo mode purchases are carried out step by step, so that the Temporal Web UI draws them, and on request slowly. */
export function BuyPage() {
  const user = useCurrentUser()
  const demoMode = useQuery(settingsQuery).data?.demoMode ?? false
  const [slowMotion, setSlowMotion] = useState(false)
  const execution = { ...(demoMode && { lane: 'visible' as const }), ...(slowMotion && { slowMotion }) }
  return (
    <Page
      title="Buy Unicorns"
      lead="Hand-raised, well-mannered and ready to leave the stable today."
      actions={demoMode && <SlowMotion on={slowMotion} onChange={setSlowMotion} />}
    >
      {user ? (
        <Store key={user.username} username={user.username} execution={execution} />
      ) : (
        <Skeleton height={420} radius="lg" />
      )}
    </Page>
  )
}

function SlowMotion({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Switch
      label="Slow motion"
      description="A second before each step"
      checked={on}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  )
}

function Store({ username, execution }: { username: string; execution: Execution }) {
  return (
    <CheckoutProvider username={username} execution={execution}>
      <PurchaseDialog />
      <div className={classes.store}>
        <Shelf username={username} />
        <CartPlace username={username} />
      </div>
    </CheckoutProvider>
  )
}

const PLACES = ['a', 'b', 'c', 'd', 'e', 'f']

/** Everything there is to buy. */
function Shelf({ username }: { username: string }) {
  return (
    <PagedList list={useInfiniteQuery(productsQuery)} what="products" loading={<EmptyShelf />} empty={<NothingToBuy />}>
      {(products) => (
        <ul className={classes.shelf} aria-label="Products">
          {products.map((product) => (
            <li key={product.id}>
              <ProductCard product={product} username={username} />
            </li>
          ))}
        </ul>
      )}
    </PagedList>
  )
}

function EmptyShelf() {
  return (
    <ul className={classes.shelf} aria-label="Products" aria-busy>
      {PLACES.map((place) => (
        <li key={place}>
          <Skeleton height={460} radius="lg" />
        </li>
      ))}
    </ul>
  )
}

function NothingToBuy() {
  return (
    <EmptyState icon={<IconPackages size={36} aria-hidden />} title="The stable is empty">
      There is nothing to buy at the moment. Whatever an operator adds appears here by itself.
    </EmptyState>
  )
}
