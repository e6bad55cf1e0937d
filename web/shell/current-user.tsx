import { useLocalStorage, useSessionStorage, useWindowEvent } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useCallback, useEffect } from 'react'
import { usersQuery } from '#web/client/users.ts'

type CurrentUser = {
  username: string
  /** In demo mode anybody may be anybody. */
  become: (username: string) => void
}

const CurrentUserContext = createContext<CurrentUser | undefined>(undefined)

const KEY = 'unicorn-store.user'

/** Knows who is using the store in this tab, over reloads too. What other tabs do makes nobody into somebody else. */
export function CurrentUserProvider({ children }: { children: ReactNode }) {
  const [chosen, become] = useChosenUser()
  const { data } = useQuery(usersQuery)
  // Somebody who was chosen before the database was begun anew is not there any more.
  const gone = data?.all && !data.users.some(({ username }) => username === chosen)
  const username = (gone ? undefined : chosen) || data?.users[0]?.username
  // Whoever it began with, it goes on with: the first of all users may be another one by and by.
  useEffect(() => {
    if (username && username !== chosen) become(username)
  }, [username, chosen, become])
  return <CurrentUserContext value={username ? { username, become } : undefined}>{children}</CurrentUserContext>
}

/** Undefined while it is not known yet, or when there is nobody. */
export function useCurrentUser(): CurrentUser | undefined {
  return use(CurrentUserContext)
}

/** Kept by the tab. A new one begins with whoever used the store last, which is who opened it. */
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
