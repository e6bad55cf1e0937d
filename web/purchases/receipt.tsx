import { Stack, Table, Text } from '@mantine/core'
import { useProductsOf } from '#web/client/products.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { money, plus, times } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { type Sum, Sums } from '#web/page/sums.tsx'
import classes from './receipt.module.css'

/** What was ordered, at which prices, and how it is paid. */
export function Receipt({ purchase }: { purchase: Purchase }) {
  return (
    <Stack gap="md">
      <Table verticalSpacing="sm" horizontalSpacing={0} className={classes.lines}>
        <Table.Caption className={classes.unseen}>Products and prices</Table.Caption>
        <Table.Thead className={classes.unseen}>
          <Table.Tr>
            <Table.Th>Product</Table.Th>
            <Table.Th>Price</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {purchase.lines.map((line) => (
            <Line key={line.productId} line={line} />
          ))}
        </Table.Tbody>
      </Table>
      <Sums sums={sumsOf(purchase)} />
    </Stack>
  )
}

function Line({ line }: { line: Purchase['lines'][number] }) {
  const { productId, quantity, unitPrice } = line
  const { productOf, nameOf } = useProductsOf([line])
  return (
    <Table.Tr>
      <Table.Td>
        <div className={classes.product}>
          <ProductPicture image={productOf(productId)?.image ?? null} size={44} />
          <div>
            <Text fw={600}>{nameOf(productId)}</Text>
            <Text size="sm" c="dimmed">
              {unitPrice === null ? `Quantity: ${quantity}` : `${quantity} × ${money(unitPrice)}`}
            </Text>
          </div>
        </div>
      </Table.Td>
      <Table.Td className={classes.price}>{unitPrice !== null && money(times(unitPrice, quantity))}</Table.Td>
    </Table.Tr>
  )
}

function sumsOf({ total, amount, pointsRedeemed }: Purchase): Sum[] {
  if (total === null || amount === null) return []
  if (pointsRedeemed === 0) return [{ label: 'Total', value: money(total), strong: true }]
  return [
    { label: 'Price', value: money(total) },
    { label: `Paid with ${points(pointsRedeemed)}`, value: `−${money(plus(total, -amount))}` },
    { label: 'Paid in money', value: money(amount), strong: true },
  ]
}
