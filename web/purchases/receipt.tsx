import { Stack, Text } from '@mantine/core'
import { useProductsOf } from '#web/client/products.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { money, plus, times } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { type Sum, Sums } from '#web/page/sums.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import { formatRefundedLine } from './purchase-text.ts'
import classes from './receipt.module.css'

/** What was ordered, at which prices, and how it is paid. */
export function Receipt({ purchase }: { purchase: Purchase }) {
  return (
    <Stack gap="md">
      <DataTable
        caption="Products and prices"
        isHeadUnseen
        columns={COLUMNS}
        rows={purchase.lines}
        keyOf={({ productId }) => productId}
      />
      <Sums sums={sumsOf(purchase)} />
    </Stack>
  )
}

type Line = Purchase['lines'][number]

const COLUMNS: Column<Line>[] = [
  { name: 'Product', cell: (line) => <Product line={line} /> },
  {
    name: 'Price',
    kind: 'number',
    className: classes.price,
    cell: ({ unitPrice, quantity }) => unitPrice !== null && money(times(unitPrice, quantity)),
  },
]

function Product({ line }: { line: Line }) {
  const { productId, quantity, unitPrice } = line
  const refunded = formatRefundedLine(line)
  const { productOf, nameOf } = useProductsOf([line])
  return (
    <div className={classes.product}>
      <ProductPicture image={productOf(productId)?.image ?? null} size={44} />
      <div>
        <Text fw={600}>{nameOf(productId)}</Text>
        <Text size="sm" c="dimmed">
          {unitPrice === null ? `Quantity: ${quantity}` : `${quantity} × ${money(unitPrice)}`}
          {refunded !== undefined && `, ${refunded}`}
        </Text>
      </div>
    </div>
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
