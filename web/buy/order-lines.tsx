import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { productsQuery, useProductNames } from '#web/client/products.ts'
import type { Line } from './cart.ts'
import { ProductPicture } from './product-picture.tsx'

/** What it is about: a picture and the name of each line. */
export function OrderLines({ lines }: { lines: readonly Line[] }) {
  const nameOf = useProductNames()
  const products = useQuery({ ...productsQuery, enabled: false })
  return (
    <Group gap="lg">
      {lines.map(({ productId, quantity }) => (
        <Group key={productId} gap="sm" wrap="nowrap">
          <ProductPicture image={products.data?.find(({ id }) => id === productId)?.image ?? null} size={44} />
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {quantity} × {nameOf(productId)}
          </Text>
        </Group>
      ))}
    </Group>
  )
}
