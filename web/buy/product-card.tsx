import { Button, Card, Group, Text, Title } from '@mantine/core'
import { IconBolt, IconShoppingBagPlus } from '@tabler/icons-react'
import { useId, useState } from 'react'
import type { Product } from '#web/client/products.ts'
import { money, times } from '#web/format/money.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { useCart } from './cart.ts'
import { useCheckout } from './checkout.tsx'
import classes from './product-card.module.css'
import { QuantityInput } from './quantity-input.tsx'
import { QuickBuyEarns } from './quick-buy-earns.tsx'
import { Stock } from './stock.tsx'

export function ProductCard({ product, username }: { product: Product; username: string }) {
  const { id, name, description, image, price, stock } = product
  const [quantity, setQuantity] = useState(1)
  const [isUnfinished, setUnfinished] = useState(false)
  const cart = useCart(username)
  const checkout = useCheckout()
  const earns = useId()
  const total = times(price, quantity)
  const order = { userId: username, lines: [{ productId: id, quantity }], expectedTotal: total }
  const soldOut = stock === 0
  const choose = (chosen: number | undefined) => {
    setUnfinished(chosen === undefined)
    if (chosen !== undefined) setQuantity(chosen)
  }

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
          <QuantityInput label={`Quantity of ${name}`} value={quantity} onChange={choose} disabled={soldOut} />
          <Button
            variant="light"
            flex={1}
            leftSection={<IconShoppingBagPlus size={18} aria-hidden />}
            disabled={soldOut || isUnfinished || !cart.hasRoomFor(id)}
            aria-label={`Add ${name} to the cart`}
            onClick={() => {
              cart.add(id, quantity)
              setQuantity(1)
            }}
          >
            Add
          </Button>
        </Group>
        <div>
          <Button
            fullWidth
            className={classes.quickBuy ?? ''}
            leftSection={<IconBolt size={18} aria-hidden />}
            disabled={soldOut || isUnfinished}
            aria-label={`Quick Buy for ${money(total)}: ${name}`}
            aria-describedby={earns}
            onClick={() => checkout.buy(order)}
          >
            {quantity === 1 || isUnfinished ? 'Quick Buy' : `Quick Buy for ${money(total)}`}
          </Button>
          <QuickBuyEarns id={earns} order={order} isThere={!isUnfinished && quantity <= stock} />
        </div>
      </div>
    </Card>
  )
}
