import { Button, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconShoppingBag } from '@tabler/icons-react'
import classes from './buy-page.module.css'
import { useCart } from './cart.ts'
import { CartPanel } from './cart-panel.tsx'

/** The cart beside the shelf, where there is room for it. */
export function CartAside({ username }: { username: string }) {
  return (
    <aside className={classes.aside} aria-label="Your cart">
      <CartPanel username={username} />
    </aside>
  )
}

/** The cart on small screens: a bar at the bottom that opens it. */
export function CartBar({ username }: { username: string }) {
  const { lines } = useCart(username)
  const [opened, drawer] = useDisclosure(false)
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <>
      {count > 0 && (
        <div className={classes.bar}>
          <Button size="lg" fullWidth leftSection={<IconShoppingBag size={20} aria-hidden />} onClick={drawer.open}>
            Your cart: {count} {count === 1 ? 'thing' : 'things'}
          </Button>
        </div>
      )}
      <Drawer
        opened={opened}
        onClose={drawer.close}
        position="bottom"
        size="auto"
        title="Your cart"
        closeButtonProps={{ 'aria-label': 'Close the cart' }}
      >
        <CartPanel username={username} onCheckout={drawer.close} />
      </Drawer>
    </>
  )
}
