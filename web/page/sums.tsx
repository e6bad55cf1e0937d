import type { ReactNode } from 'react'
import classes from './sums.module.css'

export type Sum = { label: ReactNode; value: ReactNode; strong?: boolean }

/** Labelled amounts and their total. */
export function Sums({ sums }: { sums: readonly Sum[] }) {
  return (
    <dl className={classes.sums}>
      {sums.map(({ label, value, strong = false }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sums have no identity but their position.
        <div key={index} className={classes.sum} data-strong={strong || undefined}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
