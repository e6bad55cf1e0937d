import { Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useCart } from './cart.ts'
import { CartLine } from './cart-line.tsx'
import classes from './cart-panel.module.css'
import { OrderSummary } from './order-summary.tsx'

type CartContentsProps = {
  username: string
  /** When something is being bought out of it. */
  onCheckout?: () => void
}

/** What was put aside to buy together, what it comes to, and the way to pay. */
export function CartContents({ username, onCheckout }: CartContentsProps) {
  const cart = useCart(username)
  const [unfinished, setUnfinished] = useState<readonly string[]>([])
  const typed = (productId: string, isQuantity: boolean) =>
    setUnfinished((before) => [...before.filter((id) => id !== productId), ...(isQuantity ? [] : [productId])])
  if (cart.lines.length === 0) {
    return <Text c="dimmed">Nothing in it yet. Add what you like, and pay for it all at once.</Text>
  }
  return (
    <Stack gap="lg">
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
      <OrderSummary
        username={username}
        lines={cart.lines}
        isUnfinished={cart.lines.some(({ productId }) => unfinished.includes(productId))}
        {...(onCheckout && { onCheckout })}
      />
      <Button variant="subtle" color="gray" size="compact-sm" onClick={cart.clear}>
        Empty the cart
      </Button>
    </Stack>
  )
}
