import { Alert, AppShell, Code } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUserQuestion } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { onSignedOut, useReachable } from '#web/client/api.ts'
import { problemOf } from '#web/client/api-problem.ts'
import { queryClient } from '#web/client/query-client.ts'
import { meQuery } from '#web/client/session.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { usersQuery } from '#web/client/users.ts'
import { EmptyState } from '#web/page/list.tsx'
import { Page, PageSkeleton } from '#web/page/page.tsx'
import { CurrentUserProvider } from './current-user.tsx'
import { DemoBanner } from './demo-banner.tsx'
import { Header, isPlaceOf, NavigationLinks } from './header.tsx'
import { OrderStatus } from './order-status.tsx'
import classes from './shell.module.css'
import { NoSignIn, NotForYou, SignIn } from './sign-in.tsx'

/** What is around every page. */
export function Shell() {
  const [menuOpened, menu] = useDisclosure(false)
  const path = useLocation({ select: ({ pathname }) => pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever path it is, arriving there closes the menu.
  useEffect(menu.close, [path])

  return (
    <CurrentUserProvider>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <AppShell
        header={{ height: 68 }}
        navbar={{ width: 260, breakpoint: 'md', collapsed: { mobile: !menuOpened, desktop: true } }}
      >
        <AppShell.Header className={classes.header}>
          <Header menuOpened={menuOpened} onMenu={menu.toggle} />
        </AppShell.Header>
        <AppShell.Navbar p="md" hiddenFrom="md" id="menu">
          {/* A closed menu is only moved aside: its links must not get the focus there. */}
          {menuOpened && <NavigationLinks vertical />}
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
          <DemoBanner />
          <div className={classes.status}>
            <UnreachableBanner />
            {/* The Buy page puts its own line here. */}
            <div id="order-status" />
            <OrderStatus />
          </div>
          <Content path={path} />
        </AppShell.Main>
      </AppShell>
    </CurrentUserProvider>
  )
}

/** The page, for those that it is for. */
function Content({ path }: { path: string }) {
  const { data: settings } = useQuery(settingsQuery)
  if (settings === undefined) return <PageSkeleton />
  if (settings.demoMode) return <DemoContent />
  return settings.signIn ? <SignedInContent path={path} /> : <NoSignIn />
}

function DemoContent() {
  const { data } = useQuery(usersQuery)
  return data?.users.length === 0 ? <Nobody /> : <Outlet />
}

function SignedInContent({ path }: { path: string }) {
  const { data, error } = useQuery(meQuery)
  useEffect(() => onSignedOut(() => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey })), [])
  if (problemOf(error, 'unauthenticated')) return <SignIn />
  if (data === undefined) return <PageSkeleton />
  return isPlaceOf(data.role, path) ? <Outlet key={data.user?.id} /> : <NotForYou />
}

/** Shown instead of every page while there are no users. */
function Nobody() {
  return (
    <Page title="Welcome">
      <EmptyState icon={<IconUserQuestion size={36} aria-hidden />} title="There are no users yet">
        Add users, for example those of the sample data: <Code>npm run seed</Code>. They appear here by themselves.
      </EmptyState>
    </Page>
  )
}

const RETRY_MS = 3_000

/** Says that the store does not answer, and asks again until it does, for everything that is on the page. */
function UnreachableBanner() {
  const reachable = useReachable()
  const queryClient = useQueryClient()
  useEffect(() => {
    if (reachable) return
    const timer = setInterval(() => {
      // A request that is still open may only be slow: it is not cancelled for another attempt.
      void queryClient.refetchQueries({ type: 'active' }, { cancelRefetch: false })
    }, RETRY_MS)
    return () => clearInterval(timer)
  }, [reachable, queryClient])

  return (
    <div role="status">
      {!reachable && (
        <Alert color="orange" radius={0} title="The store cannot be reached">
          This page tries again every few seconds. Purchases that were accepted continue.
        </Alert>
      )}
    </div>
  )
}
