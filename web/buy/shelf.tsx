import { Skeleton, Stack } from '@mantine/core'
import { IconPackages } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { productsQuery } from '#web/client/products.ts'
import { EmptyState } from '#web/page/empty-state.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { ShowMore } from '#web/page/show-more.tsx'
import classes from './buy-page.module.css'
import { ProductCard } from './product-card.tsx'

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
