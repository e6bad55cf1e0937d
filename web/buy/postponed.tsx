import { Alert } from '@mantine/core'
import { useProductNames } from '#web/client/products.ts'
import type { Order } from '#web/client/purchases.ts'
import { sayLines } from '#web/purchases/lines-words.ts'

/** Somebody clicked to buy this, and is shown another purchase instead: nobody may take the one for the other. */
export function Postponed({ order }: { order: Order }) {
  const nameOf = useProductNames(order.lines)
  return (
    <Alert color="orange" title={`Not bought yet: ${sayLines(order.lines, nameOf)}`} mb="lg">
      Another purchase of yours began before, perhaps in another tab. First see what becomes of that one, which is shown
      here.
    </Alert>
  )
}
