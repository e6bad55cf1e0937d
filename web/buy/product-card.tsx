import { Card, Text, Title } from '@mantine/core'
import type { Product } from '#web/client/products.ts'
import { money } from '#web/format/money.ts'

export function ProductCard({ product }: { product: Product }) {
  return (
    <Card withBorder padding="lg" radius="lg">
      <Title order={2} size="h3">
        {product.name}
      </Title>
      <Text c="dimmed">{product.description}</Text>
      <Text fw={700}>{money(product.price)}</Text>
    </Card>
  )
}
