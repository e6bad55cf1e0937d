import { Button, Drawer, Paper, Title, VisuallyHidden } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconShoppingBag } from '@tabler/icons-react'
import classes from './buy-page.module.css'
import { useCart } from './cart.ts'
import { CartContents } from './cart-contents.tsx'
import panel from './cart-panel.module.css'

/** The cart: beside the shelf where there is room for it, or behind a bar at the bottom. Its size is always told. */
export function CartPlace({ username }: { username: string }) {
  const wide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false })
  const { lines } = useCart(username)
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const things = `${count} ${count === 1 ? 'thing' : 'things'}`
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
      <Paper className={panel.panel} radius="lg" p="lg">
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
