import { Link } from '@tanstack/react-router'
import classes from './navigation-links.module.css'

const PLACES = [
  { to: '/', name: 'Buy' },
  { to: '/purchases', name: 'Purchases' },
  { to: '/points', name: 'Points' },
  { to: '/campaigns', name: 'Campaigns' },
  { to: '/operations', name: 'Operations' },
] as const

export function NavigationLinks({ vertical = false }: { vertical?: boolean }) {
  return (
    <nav aria-label={vertical ? 'Menu' : 'Main'}>
      <ul className={classes.list} data-vertical={vertical || undefined}>
        {PLACES.map(({ to, name }) => (
          <li key={to}>
            <Link to={to} className={classes.link} activeOptions={{ exact: to === '/', includeSearch: false }}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
