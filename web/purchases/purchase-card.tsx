import { Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { sayNotBought } from '#web/buy/refusal-words.ts'
import { useProductsOf } from '#web/client/products.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { dateTime } from '#web/format/dates.ts'
import { money } from '#web/format/money.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { sayLines } from './lines-words.ts'
import { sayPointsOf } from './points-words.ts'
import classes from './purchase-card.module.css'
import { StatusBadge } from './status-badge.tsx'

/** A purchase at a glance; all of it leads to its page. */
export function PurchaseCard({ purchase }: { purchase: Purchase }) {
  const { purchaseId, lines, status, createdAt, total } = purchase
  const { productOf, nameOf } = useProductsOf(lines)
  const image = lines[0] ? (productOf(lines[0].productId)?.image ?? null) : null
  const pointsWords = sayPointsOf(purchase)
  return (
    <article className={classes.card}>
      <ProductPicture image={image} size={56} />
      <div className={classes.what}>
        <Link to="/purchases/$purchaseId" params={{ purchaseId }} className={classes.link}>
          {sayLines(lines, nameOf)}
        </Link>
        <Text component="time" dateTime={createdAt} size="sm" c="dimmed">
          {dateTime(createdAt)}
        </Text>
      </div>
      <div className={classes.became}>
        <StatusBadge status={status} />
        <NotBoughtBecause purchase={purchase} nameOf={nameOf} />
      </div>
      <div className={classes.sum}>
        {total !== null && <span className={classes.total}>{money(total)}</span>}
        {pointsWords !== undefined && <span className={classes.points}>{pointsWords}</span>}
      </div>
    </article>
  )
}

function NotBoughtBecause({ purchase, nameOf }: { purchase: Purchase; nameOf: (productId: string) => string }) {
  if (!purchase.refusal) return null
  return (
    <Text size="sm" c="dimmed">
      {sayNotBought(purchase, nameOf).title}
    </Text>
  )
}
