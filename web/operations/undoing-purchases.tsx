import { Button, Group, Stack, Text } from '@mantine/core'
import { IconMoodSmile } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { formatError } from '#web/client/api-problem.ts'
import { useProductNames } from '#web/client/products.ts'
import {
  type Purchase,
  type PurchaseStatus,
  type PurchaseSummary,
  purchaseHistoryQuery,
  purchaseQuery,
  useRepairPurchase,
} from '#web/client/purchases.ts'
import { nameOfUser } from '#web/client/users.ts'
import { byWhom } from '#web/format/actors.ts'
import { dateTime, duration } from '#web/format/dates.ts'
import { AnchorLink } from '#web/page/links.tsx'
import { purchaseWorkflow, STATUS_NAMES, stepsAhead } from '#web/purchases/progress.ts'
import { formatLines, formatUndoReason } from '#web/purchases/purchase-text.ts'
import { TAKING_BACK } from '#web/purchases/step-text.ts'
import { WorkflowLink } from '#web/purchases/workflow-links.tsx'
import classes from './waiting-list.module.css'
import { type Notice, WaitingList } from './waiting-list.tsx'

const POLL_MS = 3_000

/** Everybody's purchases that are being undone. */
export const undoingQuery = purchaseHistoryQuery({ status: 'compensating' })

const NOTHING = {
  icon: <IconMoodSmile size={36} aria-hidden />,
  text: 'No purchase is being undone. A purchase that cannot be undone yet waits here.',
}

/** Purchases whose undo is not through yet. Most are for a moment; those that stay need a look. */
export function UndoingPurchases() {
  const undoing = useInfiniteQuery({ ...undoingQuery, refetchInterval: POLL_MS })
  return (
    <WaitingList name="Purchases being undone" what="purchases" query={undoing} nothing={NOTHING}>
      {(purchase, now, notify) => (
        <li key={purchase.purchaseId}>
          <UndoingItem purchase={purchase} now={now} notify={notify} />
        </li>
      )}
    </WaitingList>
  )
}

type UndoingItemProps = { purchase: PurchaseSummary; now: number; notify: (notice: Notice) => void }

function UndoingItem({ purchase, now, notify }: UndoingItemProps) {
  const { purchaseId, lines } = purchase
  const buyer = nameOfUser(purchase)
  const nameOf = useProductNames(lines)
  // The list does not have the steps.
  const { data: whole } = useQuery({ ...purchaseQuery(purchaseId), refetchInterval: POLL_MS })
  const repair = useRepairPurchase(purchaseId, ({ status }) => notify(repairNotice(status)))
  return (
    <article className={classes.item}>
      <Stack gap={6}>
        <Text fw={650} size="lg">
          {formatLines(lines, nameOf)} for {buyer}
        </Text>
        {whole && <Text>{formatUndoReason(whole, nameOf)}</Text>}
        {whole && <Waiting purchase={whole} now={now} />}
        <Group gap="md">
          <AnchorLink to="/purchases/$purchaseId" params={{ purchaseId }} size="sm">
            See the purchase
          </AnchorLink>
          <WorkflowLink workflow={purchaseWorkflow(purchaseId)} />
        </Group>
      </Stack>
      <Button
        onClick={() => repair.mutate(undefined, { onError: (error) => notify({ tone: 'bad', ...formatError(error) }) })}
        loading={repair.isPending}
        aria-label={`Try now: ${formatLines(lines, nameOf)} for ${buyer}`}
      >
        Try now
      </Button>
    </article>
  )
}

/** What it is waiting for, and how long. */
function Waiting({ purchase: { steps, requests, pointsRedeemed }, now }: { purchase: Purchase; now: number }) {
  const [next] = stepsAhead(steps, pointsRedeemed > 0)
  const since = steps.find(({ state }) => state === 'compensating')?.at
  const asked = requests.findLast(({ kind }) => kind === 'repair')
  const waits = next === undefined ? 'Finishing' : TAKING_BACK[next]
  const tried = steps.findLast(({ step, detail }) => step === next && detail?.undo)?.detail?.attempt
  return (
    <Text size="sm" c="dimmed">
      Next: {waits}
      {tried !== undefined && `, attempt ${tried}`}.
      {since !== undefined && ` Under way for ${duration(now - Date.parse(since))}, since ${dateTime(since)}.`}
      {asked && ` Last tried ${byWhom(asked.actor)} on ${dateTime(asked.at)}.`}
    </Text>
  )
}

/** What came of trying at once. */
function repairNotice(status: PurchaseStatus): Notice {
  if (status === 'compensating') {
    return {
      tone: 'bad',
      title: 'Not undone yet',
      message: 'The undo was tried, and is retried until it is done. Its workflow shows the reason.',
    }
  }
  return {
    tone: 'good',
    title: 'The purchase has ended',
    message: `The purchase is ${STATUS_NAMES[status].toLowerCase()}.`,
  }
}
