import { useLocalStorage, useSessionStorage, useWindowEvent } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useCallback, useEffect } from 'react'
import { meQuery, type Role } from '#web/client/session.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { usersQuery } from '#web/client/users.ts'

type CurrentUser = {
  username: string
  role: Role
  /** In demo mode anybody can choose any user. */
  become?: (username: string) => void
}

const CurrentUserContext = createContext<CurrentUser | undefined>(undefined)

const KEY = 'unicorn-store.user'

/** Provides who uses the store: whoever has signed in; in demo mode, whoever was chosen. */
export function CurrentUserProvider({ children }: { children: ReactNode }) {
  const { data: settings } = useQuery(settingsQuery)
  if (settings === undefined) return <CurrentUserContext value={undefined}>{children}</CurrentUserContext>
  if (settings.demoMode) return <ChosenUserProvider>{children}</ChosenUserProvider>
  return <SignedInUserProvider hasSignIn={settings.signIn}>{children}</SignedInUserProvider>
}

function SignedInUserProvider({ hasSignIn, children }: { hasSignIn: boolean; children: ReactNode }) {
  const { data, isError } = useQuery({ ...meQuery, enabled: hasSignIn })
  const user = isError || !data?.user ? undefined : { username: data.user.username, role: data.role }
  return <CurrentUserContext value={user}>{children}</CurrentUserContext>
}

/** The user of this tab, kept over reloads. Choosing a user in another tab does not change it. */
function ChosenUserProvider({ children }: { children: ReactNode }) {
  const [chosen, become] = useChosenUser()
  const { data } = useQuery(usersQuery)
  // A user who was chosen before a new database was set up does not exist any more.
  const gone = data?.all && !data.users.some(({ username }) => username === chosen)
  const username = (gone ? undefined : chosen) || data?.users[0]?.username
  // The tab keeps the user that it began with: the first of all users can change later.
  useEffect(() => {
    if (username && username !== chosen) become(username)
  }, [username, chosen, become])
  const user = username ? { username, role: 'operator' as const, become } : undefined
  return <CurrentUserContext value={user}>{children}</CurrentUserContext>
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
