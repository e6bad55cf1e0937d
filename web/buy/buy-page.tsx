import { SimpleGrid, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { productsQuery } from '#web/client/products.ts'
import { Page } from '#web/page/page.tsx'
import { ProductCard } from './product-card.tsx'

export function BuyPage() {
  const products = useQuery(productsQuery)
  return (
    <Page title="Buy Unicorns" lead="Hand-raised, well-mannered and ready to leave the stable today.">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="lg">
        {products.data?.map((product) => <ProductCard key={product.id} product={product} />) ??
          Array.from({ length: 6 }, (_, index) => `place-${index}`).map((key) => (
            <Skeleton key={key} height={420} radius="lg" />
          ))}
      </SimpleGrid>
    </Page>
  )
}
