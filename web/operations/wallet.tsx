import { Drawer, Text } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type WalletEntry, walletEntriesQuery } from '#web/client/users.ts'
import { byWhom } from '#web/format/actors.ts'
import { dateTime } from '#web/format/dates.ts'
import { money } from '#web/format/money.ts'
import { AnchorLink } from '#web/page/links.tsx'
import { EmptyState, ListSkeleton, PagedList } from '#web/page/list.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import { operationsSearch } from '#web/search-params.ts'

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

function WalletEntries({ username }: { username: string }) {
  return (
    <PagedList
      list={useInfiniteQuery(walletEntriesQuery(username))}
      what="entries"
      loading={<ListSkeleton label="Loading the wallet" />}
      empty={
        <EmptyState icon={<IconWallet size={36} aria-hidden />} title="No entries yet">
          Top-ups and purchases appear here.
        </EmptyState>
      }
    >
      {(entries) => (
        <DataTable
          caption="The balance is the sum of all entries."
          isCaptionSeen
          columns={COLUMNS}
          rows={entries}
          keyOf={({ id }) => id}
          onPhone="blocks"
        />
      )}
    </PagedList>
  )
}

const COLUMNS: Column<WalletEntry>[] = [
  { name: 'What', cell: (entry) => <What entry={entry} /> },
  {
    name: 'Amount',
    kind: 'number',
    cell: ({ amount }) => (amount > 0 ? `+${money(amount)}` : money(amount).replace('-', '−')),
  },
]

function What({ entry: { reason, reference, actor, at } }: { entry: WalletEntry }) {
  return (
    <>
      <Text fw={600} size="sm">
        {REASONS[reason]}
      </Text>
      <Text size="sm" c="dimmed">
        {OF_PURCHASES.has(reason) ? (
          <>
            {dateTime(at)}.{' '}
            <AnchorLink to="/purchases/$purchaseId" params={{ purchaseId: reference }} size="sm">
              See the purchase
            </AnchorLink>
          </>
        ) : (
          `${dateTime(at)}, ${byWhom(actor)}.`
        )}
      </Text>
    </>
  )
}

const REASONS: Record<WalletEntry['reason'], string> = {
  opening: 'Opening balance',
  top_up: 'Topped up',
  charge: 'Paid for a purchase',
  charge_undone: 'Charge undone',
  refund: 'Refund of a purchase',
}

const OF_PURCHASES: ReadonlySet<WalletEntry['reason']> = new Set(['charge', 'charge_undone', 'refund'])
