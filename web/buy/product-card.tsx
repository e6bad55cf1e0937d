import { Badge, Button, Card, Group, Text, Title } from '@mantine/core'
import { useDebouncedValue, useIntersection } from '@mantine/hooks'
import { IconBolt, IconShoppingBagPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { Product } from '#web/client/products.ts'
import { earningQuery, type Order } from '#web/client/purchases.ts'
import { money, times } from '#web/format/money.ts'
import { points } from '#web/format/points.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { QuantityInput } from '#web/page/quantity-input.tsx'
import { useCart } from './cart.ts'
import { useCheckout } from './checkout.tsx'
import classes from './product-card.module.css'

export function ProductCard({ product, username }: { product: Product; username: string }) {
  const { name, description, image, price, stock } = product
  const [quantity, setQuantity] = useState(1)
  const [isInvalid, setInvalid] = useState(false)
  const choose = (chosen: number | undefined) => {
    setInvalid(chosen === undefined)
    if (chosen !== undefined) setQuantity(chosen)
  }
  const chosen = { product, username, quantity, isInvalid }
  return (
    <Card component="article" padding={0} radius="lg" className={classes.card} aria-label={name}>
      <ProductPicture image={image} />
      <div className={classes.body}>
        <Title order={2} size="h3">
          {name}
        </Title>
        <Text c="dimmed" className={classes.description}>
          {description}
        </Text>
        <Group justify="space-between" gap="xs" mt="auto">
          <Text className={classes.price}>{money(price)}</Text>
          <Stock stock={stock} wanted={quantity} />
        </Group>
        <Group gap="sm" align="flex-start">
          <QuantityInput label={`Quantity of ${name}`} value={quantity} onChange={choose} disabled={stock === 0} />
          <AddToCart {...chosen} onAdded={() => setQuantity(1)} />
        </Group>
        <QuickBuy {...chosen} />
      </div>
    </Card>
  )
}

/** A quantity of a product for a user; while it is still being typed, nothing can be bought. */
type Chosen = { product: Product; username: string; quantity: number; isInvalid: boolean }

function AddToCart({ product: { id, name, stock }, username, quantity, isInvalid, onAdded }: AddToCartProps) {
  const cart = useCart(username)
  return (
    <Button
      variant="light"
      flex={1}
      leftSection={<IconShoppingBagPlus size={18} aria-hidden />}
      disabled={stock === 0 || isInvalid || !cart.hasRoomFor(id)}
      aria-label={`Add ${name} to the cart`}
      onClick={() => {
        cart.add(id, quantity)
        onAdded()
      }}
    >
      Add
    </Button>
  )
}

type AddToCartProps = Chosen & { onAdded: () => void }

function QuickBuy({ product: { id, name, price, stock }, username, quantity, isInvalid }: Chosen) {
  const checkout = useCheckout()
  const earns = useId()
  const total = times(price, quantity)
  const order = { userId: username, lines: [{ productId: id, quantity }], expectedTotal: total }
  return (
    <div>
      <Button
        fullWidth
        className={classes.quickBuy ?? ''}
        leftSection={<IconBolt size={18} aria-hidden />}
        disabled={stock === 0 || isInvalid}
        aria-label={`Quick Buy for ${money(total)}: ${name}`}
        aria-describedby={earns}
        onClick={() => checkout.buy(order)}
      >
        {quantity === 1 || isInvalid ? 'Quick Buy' : `Quick Buy for ${money(total)}`}
      </Button>
      <QuickBuyEarns id={earns} order={order} isThere={!isInvalid && quantity <= stock} />
    </div>
  )
}

const DEBOUNCE_MS = 250

type QuickBuyEarnsProps = {
  id: string
  /** What a click would buy, with the expected price. */
  order: Order
  /** Whether that quantity is in stock. */
  isThere: boolean
}

/**
 * The points of a Quick Buy, before anybody clicks. They are asked for once the card is in sight, and shown only if they
 * are of this very order; the line is there without them too, so that nothing moves when they come.
 */
function QuickBuyEarns({ id, order, isThere }: QuickBuyEarnsProps) {
  // A little before it comes into sight, so that it is there by then.
  const { ref, entry } = useIntersection<HTMLParagraphElement>({ rootMargin: '200px' })
  const [debounced] = useDebouncedValue(order, DEBOUNCE_MS)
  const isCurrent = JSON.stringify(order) === JSON.stringify(debounced)
  const { data: quote, isError } = useQuery({
    ...earningQuery(debounced),
    enabled: entry?.isIntersecting === true && isThere,
  })
  const isKnown = isThere && isCurrent && !isError && quote?.total === order.expectedTotal
  const earned = isKnown ? (quote?.pointsEarned ?? 0) : 0
  return (
    <Text ref={ref} id={id} className={classes.earns}>
      {earned > 0 && `Earns ${points(earned)}`}
    </Text>
  )
}

const FEW = 5

/** What can be bought now; highlighted only when it is little, or less than the chosen quantity. */
export function Stock({ stock, wanted }: { stock: number; wanted: number }) {
  if (stock === 0)
    return (
      <Badge color="gray" variant="light" tt="none">
        Sold out
      </Badge>
    )
  if (stock < wanted)
    return (
      <Badge color="red" variant="light" tt="none">
        Only {stock} left
      </Badge>
    )
  if (stock <= FEW)
    return (
      <Badge color="orange" variant="light" tt="none">
        {stock} left
      </Badge>
    )
  return (
    <Text span size="sm" c="dimmed">
      {stock} in stock
    </Text>
  )
}
