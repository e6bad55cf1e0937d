import { IconSparkles } from '@tabler/icons-react'
import type { Quote } from '#web/client/quote.ts'
import { sayCampaigns } from '#web/format/campaigns.ts'
import { points } from '#web/format/points.ts'
import classes from './cart-panel.module.css'

/** The points that this very order earns, by the campaigns of now. */
export function Earns({ quote: { pointsEarned, campaigns } }: { quote: Quote }) {
  if (pointsEarned === 0) return null
  return (
    <div className={classes.earns}>
      <IconSparkles size={20} aria-hidden />
      <span>
        You earn <strong>{points(pointsEarned)}</strong> {sayCampaigns(campaigns)}
      </span>
    </div>
  )
}
