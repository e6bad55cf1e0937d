import { useLocalStorage, useSessionStorage, useWindowEvent } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useCallback, useEffect } from 'react'
import { usersQuery } from '#web/client/users.ts'

type CurrentUser = {
  username: string
  /** In demo mode anybody can choose any user. */
  become: (username: string) => void
}

const CurrentUserContext = createContext<CurrentUser | undefined>(undefined)

const KEY = 'unicorn-store.user'

/** Provides the user of this tab, kept over reloads. Choosing a user in another tab does not change it. */
export function CurrentUserProvider({ children }: { children: ReactNode }) {
  const [chosen, become] = useChosenUser()
  const { data } = useQuery(usersQuery)
  // A user who was chosen before a new database was set up does not exist any more.
  const gone = data?.all && !data.users.some(({ username }) => username === chosen)
  const username = (gone ? undefined : chosen) || data?.users[0]?.username
  // The tab keeps the user that it began with: the first of all users can change later.
  useEffect(() => {
    if (username && username !== chosen) become(username)
  }, [username, chosen, become])
  return <CurrentUserContext value={username ? { username, become } : undefined}>{children}</CurrentUserContext>
}

/** Undefined while it is not known yet, or when there is nobody. */
export function useCurrentUser(): CurrentUser | undefined {
  return use(CurrentUserContext)
}

/** Stored by tab. A new tab begins with the user who was active last. */
function useChosenUser() {
  const [last, setLast] = useLocalStorage({ key: KEY, defaultValue: '', getInitialValueInEffect: false })
  const [chosen, setChosen] = useSessionStorage({ key: KEY, defaultValue: last, getInitialValueInEffect: false })
  useWindowEvent('focus', () => chosen && setLast(chosen))
  const become = useCallback(
    (username: string) => {
      setChosen(username)
      setLast(username)
    },
    [setChosen, setLast],
  )
  return [chosen, become] as const
}
