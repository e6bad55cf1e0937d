import { ActionIcon, Button, Drawer, Group, Paper, Text, Title, VisuallyHidden } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconShoppingBag, IconTrash } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useProductsOf } from '#web/client/products.ts'
import { countOf, items } from '#web/format/items.ts'
import { money, times } from '#web/format/money.ts'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { QuantityInput } from '#web/page/quantity-input.tsx'
import { type Cart, type Line, orderedLines, useCart } from './cart.ts'
import classes from './cart-panel.module.css'
import { OrderSummary } from './order-summary.tsx'
import { Stock } from './product-card.tsx'

/** The cart: beside the shelf where there is room for it, else behind a bar at the bottom. Screen readers announce its size. */
export function CartPlace({ username }: { username: string }) {
  const wide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false })
  const { lines } = useCart(username)
  const count = countOf(lines)
  const things = items(count)
  return (
    <>
      <VisuallyHidden role="status">{count === 0 ? 'Your cart is empty' : `In your cart: ${things}`}</VisuallyHidden>
      {wide ? <CartAside username={username} /> : count > 0 && <CartBar username={username} things={things} />}
    </>
  )
}

function CartAside({ username }: { username: string }) {
  return (
    <aside className={classes.aside} aria-label="Your cart">
      <Paper className={classes.panel} radius="lg" p="lg">
        <Title order={2} size="h3" mb="lg">
          Your cart
        </Title>
        <CartContents username={username} />
      </Paper>
    </aside>
  )
}

function CartBar({ username, things }: { username: string; things: string }) {
  const [opened, drawer] = useDisclosure(false)
  return (
    <>
      <div className={classes.bar}>
        <Button size="lg" fullWidth leftSection={<IconShoppingBag size={20} aria-hidden />} onClick={drawer.open}>
          Your cart: {things}
        </Button>
      </div>
      <Drawer
        opened={opened}
        onClose={drawer.close}
        position="bottom"
        size="auto"
        title="Your cart"
        closeButtonProps={{ 'aria-label': 'Close the cart' }}
      >
        <CartContents username={username} onCheckout={drawer.close} />
      </Drawer>
    </>
  )
}

type CartContentsProps = {
  username: string
  /** Called when the cart is being bought. */
  onCheckout?: () => void
}

/** The lines of the cart, what they cost, and the button that buys them. */
function CartContents({ username, onCheckout }: CartContentsProps) {
  const cart = useCart(username)
  // The same array as long as nothing changes: see `OrderSummary`.
  const lines = useMemo(() => orderedLines(cart.lines), [cart.lines])
  const [invalid, setInvalid] = useState<readonly string[]>([])
  const typed = (productId: string, isQuantity: boolean) =>
    setInvalid((before) => [...before.filter((id) => id !== productId), ...(isQuantity ? [] : [productId])])
  if (cart.lines.length === 0) {
    return <Text c="dimmed">There is nothing in it yet. Add what you like, and pay for it all at once.</Text>
  }
  return (
    <OrderSummary
      username={username}
      lines={lines}
      isInvalid={cart.lines.some(({ productId }) => invalid.includes(productId))}
      {...(onCheckout && { onCheckout })}
    >
      <ul className={classes.lines} aria-label="In the cart">
        {cart.lines.map((line) => (
          <CartLine
            key={line.productId}
            line={line}
            cart={cart}
            onTyped={(isQuantity) => typed(line.productId, isQuantity)}
          />
        ))}
      </ul>
      <Button variant="subtle" color="gray" size="compact-sm" onClick={cart.clear}>
        Empty the cart
      </Button>
    </OrderSummary>
  )
}

type CartLineProps = {
  line: Line
  cart: Cart
  /** Called with whether the text typed as the quantity is a valid one. */
  onTyped: (isQuantity: boolean) => void
}

function CartLine({ line: { productId, quantity }, cart, onTyped }: CartLineProps) {
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
        aria-label={`Remove ${name} from the cart`}
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
