import { Skeleton } from '@mantine/core'
import { Page } from '#web/page/page.tsx'
import { useCurrentUser } from '#web/shell/current-user.tsx'
import classes from './buy-page.module.css'
import { CartPlace } from './cart-place.tsx'
import { CheckoutProvider } from './checkout.tsx'
import { PurchaseDialog } from './purchase-dialog.tsx'
import { Shelf } from './shelf.tsx'

export function BuyPage() {
  const user = useCurrentUser()
  return (
    <Page title="Buy Unicorns" lead="Hand-raised, well-mannered and ready to leave the stable today.">
      {user ? <Store key={user.username} username={user.username} /> : <Skeleton height={420} radius="lg" />}
    </Page>
  )
}

function Store({ username }: { username: string }) {
  return (
    <CheckoutProvider username={username}>
      <PurchaseDialog />
      <div className={classes.store}>
        <Shelf username={username} />
        <CartPlace username={username} />
      </div>
    </CheckoutProvider>
  )
}
