import { Anchor, VisuallyHidden } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { dateTime } from '#web/format/dates.ts'

/** The way to the purchase that points were earned with, or paid for. `at` tells the links of a list apart. */
export function PurchaseLink({ purchaseId, at }: { purchaseId: string; at: string }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(given) => <Link to="/purchases/$purchaseId" params={{ purchaseId }} {...given} />}
      style={{ whiteSpace: 'nowrap' }}
    >
      See the purchase
      <VisuallyHidden>, points of {dateTime(at)}</VisuallyHidden>
    </Anchor>
  )
}
