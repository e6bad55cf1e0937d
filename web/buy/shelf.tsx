import { Skeleton } from '@mantine/core'
import { IconPackages } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { productsQuery } from '#web/client/products.ts'
import { EmptyState } from '#web/page/empty-state.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import classes from './buy-page.module.css'
import { ProductCard } from './product-card.tsx'

const PLACES = ['a', 'b', 'c', 'd', 'e', 'f']

/** Everything there is to buy. */
export function Shelf({ username }: { username: string }) {
  const products = useQuery(productsQuery)
  if (products.data?.length === 0) {
    return (
      <EmptyState icon={<IconPackages size={36} aria-hidden />} title="The stable is empty">
        There is nothing to buy at the moment. Whatever an operator adds appears here by itself.
      </EmptyState>
    )
  }
  if (products.error && !products.data) {
    return <LoadError query={products} />
  }
  return (
    <ul className={classes.shelf} aria-label="Products" aria-busy={products.isPending}>
      {products.data?.map((product) => (
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
  )
}
