import { Group, Stack, TextInput } from '@mantine/core'
import { IconSearch, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { walletsQuery } from '#web/client/wallets.ts'
import { EmptyState } from '#web/page/empty-state.tsx'
import { ListSkeleton } from '#web/page/list-skeleton.tsx'
import { LoadError } from '#web/page/load-error.tsx'
import { Section } from '#web/page/section.tsx'
import { ShowMore } from '#web/page/show-more.tsx'
import { NewUser } from './new-user.tsx'
import { UsersTable } from './users-table.tsx'
import { WalletDrawer } from './wallet-drawer.tsx'

/** Who can buy, and what for. */
export function Users({ chosen }: { chosen: string | undefined }) {
  return (
    <Section title="Users" actions={<NewUser />}>
      <List />
      <WalletDrawer username={chosen} />
    </Section>
  )
}

function List() {
  const wallets = useInfiniteQuery(walletsQuery)
  const [wanted, setWanted] = useState('')
  const users = wallets.data?.pages.flatMap(({ items }) => items)
  if (!users) return wallets.error ? <LoadError query={wallets} /> : <ListSkeleton label="Loading users" height={56} />
  const found = users.filter(({ username }) => username.toLowerCase().includes(wanted.trim().toLowerCase()))
  return (
    <Stack gap="lg">
      <Group>
        <TextInput
          type="search"
          label="Find by name"
          description={wallets.hasNextPage ? 'Among those that are shown.' : undefined}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={wanted}
          onChange={({ currentTarget: { value } }) => setWanted(value)}
        />
      </Group>
      {found.length > 0 ? (
        <UsersTable users={found} />
      ) : (
        <EmptyState icon={<IconUsers size={36} aria-hidden />} title="Nobody of this name">
          {users.length === 0 ? 'Add the first user, and somebody can buy.' : 'Others have other names.'}
        </EmptyState>
      )}
      <ShowMore list={wallets} shown={users.length} what="users" />
    </Stack>
  )
}
