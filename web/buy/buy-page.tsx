import { Skeleton, Stack } from '@mantine/core'
import { IconPackages } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { productsQuery } from '#web/client/products.ts'
import { EmptyState, LoadError, ShowMore } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import classes from './buy-page.module.css'
import { CartPlace } from './cart-panel.tsx'
import { CheckoutProvider } from './checkout.tsx'
import { ProductCard } from './product-card.tsx'
import { PurchaseDialog } from './purchase-dialog.tsx'

export function BuyPage() {
  const user = useCurrentUser()
  return (
    <Page title="Buy Unicorns" lead="Hand-raised, well-mannered and ready to leave the stable today.">
      {user ? <Store key={user.username} username={user.username} /> : <Skeleton height={420} radius="lg" />}
    </Page>
  )
}

function Store({ username }: { username: string }) {
  return (
    <CheckoutProvider username={username}>
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
export function Shelf({ username }: { username: string }) {
  const shelf = useInfiniteQuery(productsQuery)
  const products = shelf.data?.pages.flatMap(({ items }) => items)
  if (products?.length === 0) {
    return (
      <EmptyState icon={<IconPackages size={36} aria-hidden />} title="The stable is empty">
        There is nothing to buy at the moment. Whatever an operator adds appears here by itself.
      </EmptyState>
    )
  }
  if (shelf.error && !products) {
    return <LoadError query={shelf} />
  }
  return (
    <Stack gap="xl">
      <ul className={classes.shelf} aria-label="Products" aria-busy={shelf.isPending}>
        {products?.map((product) => (
          <li key={product.id}>
            <ProductCard product={product} username={username} />
          </li>
        )) ??
          PLACES.map((place) => (
            <li key={place}>
              <Skeleton height={460} radius="lg" />
            </li>
          ))}
      </ul>
      {products && <ShowMore list={shelf} shown={products.length} what="products" />}
    </Stack>
  )
}
