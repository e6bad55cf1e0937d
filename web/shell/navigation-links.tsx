import { Link, useLocation } from '@tanstack/react-router'
import classes from './navigation-links.module.css'

const PLACES = [
  { to: '/', name: 'Buy' },
  { to: '/purchases', name: 'Purchases' },
  { to: '/points', name: 'Points' },
  { to: '/campaigns', name: 'Campaigns' },
  { to: '/operations', name: 'Operations' },
] as const

export function NavigationLinks({ vertical = false }: { vertical?: boolean }) {
  // Its address is beside those of the campaigns, any of which may be called "new"; it belongs to them all the same.
  const isNewCampaign = useLocation({ select: ({ pathname }) => pathname === '/new-campaign' })
  return (
    <nav aria-label={vertical ? 'Menu' : 'Main'}>
      <ul className={classes.list} data-vertical={vertical || undefined}>
        {PLACES.map(({ to, name }) => (
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
