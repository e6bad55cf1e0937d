import { Group, Text } from '@mantine/core'
import { useProductsOf } from '#web/client/products.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import type { Line } from './cart.ts'

/** What it is about: a picture and the name of each line. */
export function OrderLines({ lines }: { lines: readonly Line[] }) {
  const { productOf, nameOf } = useProductsOf(lines)
  return (
    <Group gap="lg">
      {lines.map(({ productId, quantity }) => (
        <Group key={productId} gap="sm" wrap="nowrap">
          <ProductPicture image={productOf(productId)?.image ?? null} size={44} />
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {quantity} × {nameOf(productId)}
          </Text>
        </Group>
      ))}
    </Group>
  )
}
