import { Drawer, Stack, Table, Text } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type WalletEntry, walletEntriesQuery } from '#web/client/users.ts'
import { dateTime } from '#web/format/dates.ts'
import { money } from '#web/format/money.ts'
import { AnchorLink } from '#web/page/links.tsx'
import { EmptyState, ListSkeleton, LoadError, ShowMore } from '#web/page/list.tsx'
import { operationsSearch } from '#web/search-params.ts'
import classes from './operators-table.module.css'

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
  const wallet = useInfiniteQuery(walletEntriesQuery(username))
  const entries = wallet.data?.pages.flatMap(({ items }) => items)
  if (!entries) return wallet.error ? <LoadError query={wallet} /> : <ListSkeleton label="Loading the wallet" />
  if (entries.length === 0) {
    return (
      <EmptyState icon={<IconWallet size={36} aria-hidden />} title="Nothing moved yet">
        Top the wallet up, and it shows here.
      </EmptyState>
    )
  }
  return (
    <Stack gap="lg">
      <Table verticalSpacing="sm" className={classes.table}>
        <Table.Caption>The balance is the sum of all entries.</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th className={classes.number}>Amount</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </Table.Tbody>
      </Table>
      <ShowMore list={wallet} shown={entries.length} what="entries" />
    </Stack>
  )
}

function EntryRow({ entry: { amount, reason, reference, actor, at } }: { entry: WalletEntry }) {
  return (
    <Table.Tr>
      <Table.Td>
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
            `${dateTime(at)}, by ${actor}.`
          )}
        </Text>
      </Table.Td>
      <Table.Td className={classes.number}>
        {amount > 0 ? `+${money(amount)}` : money(amount).replace('-', '−')}
      </Table.Td>
    </Table.Tr>
  )
}

const REASONS: Record<WalletEntry['reason'], string> = {
  opening: 'Opening balance',
  top_up: 'Topped up',
  charge: 'Paid for a purchase',
  charge_undone: 'Given back: the purchase was undone',
  refund: 'Given back: the purchase was refunded',
}

const OF_PURCHASES: ReadonlySet<WalletEntry['reason']> = new Set(['charge', 'charge_undone', 'refund'])
