import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use } from 'react'
import { usersQuery } from '#web/client/users.ts'

type CurrentUser = {
  username: string
  /** In demo mode anybody may be anybody. */
  become: (username: string) => void
}

const CurrentUserContext = createContext<CurrentUser | undefined>(undefined)

/** Knows who is using the store: kept over reloads, and the same in every tab. */
export function CurrentUserProvider({ children }: { children: ReactNode }) {
  const [chosen, become] = useLocalStorage({
    key: 'unicorn-store.user',
    defaultValue: '',
    getInitialValueInEffect: false,
  })
  const { data } = useQuery(usersQuery)
  // Somebody who was chosen before the database was begun anew is not there any more.
  const gone = data?.all && !data.users.some(({ username }) => username === chosen)
  const username = (gone ? undefined : chosen) || data?.users[0]?.username
  return <CurrentUserContext value={username ? { username, become } : undefined}>{children}</CurrentUserContext>
}

/** Undefined while it is not known yet, or when there is nobody. */
export function useCurrentUser(): CurrentUser | undefined {
  return use(CurrentUserContext)
}
