import { AppShell } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { usersQuery } from '#web/client/users.ts'
import { CurrentUserProvider } from './current-user.tsx'
import { Header } from './header.tsx'
import { NavigationLinks } from './navigation-links.tsx'
import { Nobody } from './nobody.tsx'
import classes from './shell.module.css'
import { UnreachableBanner } from './unreachable-banner.tsx'

/** What is around every page. */
export function Shell() {
  const [menuOpened, menu] = useDisclosure(false)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const users = useQuery(usersQuery)
  const nobody = users.data?.users.length === 0
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
          <UnreachableBanner />
          {nobody ? <Nobody /> : <Outlet />}
        </AppShell.Main>
      </AppShell>
    </CurrentUserProvider>
  )
}
