import { ActionIcon, Burger, Container, Group, Menu, useMantineColorScheme } from '@mantine/core'
import { IconCheck, IconDeviceDesktop, IconMoon, IconShoppingBag, IconSparkles, IconSun } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useCart } from '#web/buy/cart.ts'
import { pointsQuery } from '#web/client/points.ts'
import type { Role } from '#web/client/session.ts'
import { settingsQuery } from '#web/client/settings.ts'
import { countOf } from '#web/format/items.ts'
import { pointsAlone } from '#web/format/points.ts'
import { useCurrentUser } from './current-user.tsx'
import classes from './header.module.css'
import { UserMenu } from './user-menu.tsx'

export function Header({ menuOpened, onMenu }: { menuOpened: boolean; onMenu: () => void }) {
  return (
    <Container size="xl" h="100%" px={{ base: 'md', sm: 'xl' }}>
      <Group h="100%" justify="space-between" wrap="nowrap" gap="sm">
        <Group wrap="nowrap" gap="xs">
          <Burger
            hiddenFrom="md"
            size="sm"
            opened={menuOpened}
            onClick={onMenu}
            aria-label={menuOpened ? 'Close the menu' : 'Open the menu'}
            aria-expanded={menuOpened}
            aria-controls="menu"
          />
          <Logo />
        </Group>
        <Group visibleFrom="md" gap={4} wrap="nowrap">
          <NavigationLinks />
        </Group>
        <Group wrap="nowrap" gap="xs" miw={0}>
          <Possessions />
          <UserMenu />
          <ColorSchemeMenu />
        </Group>
      </Group>
    </Container>
  )
}

/** The logo and the name, a link to the first page. */
function Logo() {
  return (
    <Link to="/" className={classes.logo} aria-label="Unicorn Store, home">
      <img src={`${import.meta.env.BASE_URL}mark.svg`} width={36} height={36} alt="" />
      <span className={classes.name}>
        Unicorn <span className={classes.second}>Store</span>
      </span>
    </Link>
  )
}

/** What the user has: the cart and the points, which lead to where they are. */
function Possessions() {
  const user = useCurrentUser()
  return user ? <PossessionsOf key={user.username} username={user.username} /> : null
}

function PossessionsOf({ username }: { username: string }) {
  const { data } = useQuery(pointsQuery(username))
  const count = countOf(useCart(username).lines)
  return (
    <>
      <Link to="/" className={classes.possession} aria-label={`In your cart: ${count}`}>
        <IconShoppingBag size={18} aria-hidden />
        <span aria-hidden>{pointsAlone(count)}</span>
      </Link>
      <Link
        to="/points"
        className={classes.possession}
        data-of="points"
        aria-label={data ? `Your points: ${pointsAlone(data.balance)}` : 'Your points'}
      >
        <IconSparkles size={18} aria-hidden />
        <span aria-hidden>{data ? pointsAlone(data.balance) : '…'}</span>
      </Link>
    </>
  )
}

const PLACES = [
  { to: '/', name: 'Buy' },
  { to: '/purchases', name: 'Purchases' },
  { to: '/points', name: 'Points' },
  { to: '/campaigns', name: 'Campaigns', roles: ['operator', 'client_operator'] },
  { to: '/operations', name: 'Operations', roles: ['operator'] },
] as const satisfies { to: string; name: string; roles?: Role[] }[]

/** Where a new campaign is made is beside the campaigns: one of them may be called "new". */
const NEW_CAMPAIGN = '/new-campaign'

function isFor(place: { to: string; roles?: readonly Role[] }, role: Role): boolean {
  return place.roles === undefined || place.roles.includes(role)
}

/** Whether what is at a path is for somebody of this role. */
export function isPlaceOf(role: Role, path: string): boolean {
  const within = path.startsWith(NEW_CAMPAIGN) ? '/campaigns' : path
  const place = PLACES.find(({ to }) => to !== '/' && (within === to || within.startsWith(`${to}/`)))
  return place === undefined || isFor(place, role)
}

export function NavigationLinks({ vertical = false }: { vertical?: boolean }) {
  const isNewCampaign = useLocation({ select: ({ pathname }) => pathname === NEW_CAMPAIGN })
  const { data: settings } = useQuery(settingsQuery)
  const user = useCurrentUser()
  // Before anybody has been chosen, a demo is open to everybody.
  const role = user?.role ?? (settings?.demoMode ? 'operator' : undefined)
  return (
    <nav aria-label={vertical ? 'Menu' : 'Main'}>
      <ul className={classes.list} data-vertical={vertical || undefined}>
        {PLACES.filter((place) => role !== undefined && isFor(place, role)).map(({ to, name }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes.link}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              aria-current={isNewCampaign && to === '/campaigns' ? 'page' : undefined}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const SCHEMES = [
  { scheme: 'auto', name: 'As the system', Icon: IconDeviceDesktop },
  { scheme: 'light', name: 'Light', Icon: IconSun },
  { scheme: 'dark', name: 'Dark', Icon: IconMoon },
] as const

/** Kept by Mantine in localStorage, where `color-scheme.js` finds it before the first paint. */
function ColorSchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { Icon, name } = SCHEMES.find(({ scheme }) => scheme === colorScheme) ?? SCHEMES[0]
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" radius="xl" aria-label={`Colours: ${name}`}>
          <Icon size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ scheme, name, Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={scheme === colorScheme ? <IconCheck size={16} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
