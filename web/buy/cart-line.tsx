import { ActionIcon, Group, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useProductsOf } from '#web/client/products.ts'
import { money, times } from '#web/format/money.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import type { Cart, Line } from './cart.ts'
import classes from './cart-panel.module.css'
import { QuantityInput } from './quantity-input.tsx'
import { Stock } from './stock.tsx'

type CartLineProps = {
  line: Line
  cart: Cart
  /** Whether what is typed as its quantity is one. */
  onTyped: (isQuantity: boolean) => void
}

export function CartLine({ line: { productId, quantity }, cart, onTyped }: CartLineProps) {
  const { productOf, nameOf, isGone } = useProductsOf([{ productId }], { live: true })
  const product = productOf(productId)
  const name = nameOf(productId)
  return (
    <li className={classes.line}>
      <ProductPicture image={product?.image ?? null} size={48} />
      <div>
        <Text fw={600} truncate>
          {name}
        </Text>
        <Text size="sm" c="dimmed">
          {product ? money(times(product.price, quantity)) : isGone(productId) ? 'no longer sold' : '…'}
        </Text>
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={() => cart.remove(productId)}
        aria-label={`Take ${name} out of the cart`}
      >
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
      <Group style={{ gridColumn: '2 / -1' }} justify="space-between">
        <QuantityInput
          label={`Quantity of ${name} in the cart`}
          value={quantity}
          onChange={(next) => {
            onTyped(next !== undefined)
            if (next !== undefined) cart.setQuantity(productId, next)
          }}
        />
        {product && product.stock < quantity && <Stock stock={product.stock} wanted={quantity} />}
      </Group>
    </li>
  )
}
