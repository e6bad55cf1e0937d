import { Link } from '@tanstack/react-router'
import classes from './logo.module.css'

/** The mark and the name; the way home. */
export function Logo() {
  return (
    <Link to="/" className={classes.logo} aria-label="Unicorn Store, home">
      <img src={`${import.meta.env.BASE_URL}mark.svg`} width={36} height={36} alt="" />
      <span className={classes.name}>
        Unicorn <span className={classes.second}>Store</span>
      </span>
    </Link>
  )
}
