import { Drawer } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { operationsSearch } from './operations-search.ts'
import { WalletEntries } from './wallet-entries.tsx'

/** What went into a wallet and out of it. Whose is kept in the address. */
export function WalletDrawer({ username }: { username: string | undefined }) {
  const navigate = useNavigate()
  const close = () =>
    void navigate({ to: '/operations', search: operationsSearch({ panel: 'users' }), resetScroll: false })
  return (
    <Drawer
      opened={username !== undefined}
      onClose={close}
      position="right"
      size="lg"
      padding="xl"
      title={`Wallet of ${username}`}
    >
      {username !== undefined && <WalletEntries username={username} />}
    </Drawer>
  )
}
