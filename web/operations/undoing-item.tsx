import { Button, Group, Stack, Text } from '@mantine/core'
import { sayInWords } from '#web/client/problem-words.ts'
import { useProductNames } from '#web/client/products.ts'
import type { Purchase } from '#web/client/purchases.ts'
import { useRepairPurchase } from '#web/client/repairs.ts'
import { dateTime } from '#web/format/dates.ts'
import { duration } from '#web/format/durations.ts'
import { AnchorLink } from '#web/page/anchor-link.tsx'
import { sayLines } from '#web/purchases/lines-words.ts'
import { stepsAhead } from '#web/purchases/progress.ts'
import { TAKING_BACK } from '#web/purchases/step-words.ts'
import { WorkflowLink } from '#web/purchases/workflow-link.tsx'
import { purchaseWorkflow, repairWorkflow } from '#web/purchases/workflows.ts'
import type { Telling } from './telling.ts'
import { sayRepaired, sayUndoneBecause } from './undoing-words.ts'
import classes from './waiting-list.module.css'

type UndoingItemProps = { purchase: Purchase; now: number; tell: (telling: Telling) => void }

export function UndoingItem({ purchase, now, tell }: UndoingItemProps) {
  const { purchaseId, username, lines } = purchase
  const nameOf = useProductNames(lines)
  const repair = useRepairPurchase(purchaseId, ({ status }) => tell(sayRepaired(status)))
  return (
    <article className={classes.item}>
      <Stack gap={6}>
        <Text fw={650} size="lg">
          {sayLines(lines, nameOf)} for {username}
        </Text>
        <Text>{sayUndoneBecause(purchase, nameOf)}</Text>
        <Waiting purchase={purchase} now={now} />
        <Group gap="md">
          <AnchorLink to="/purchases/$purchaseId" params={{ purchaseId }} size="sm">
            See the purchase
          </AnchorLink>
          <WorkflowLink workflow={purchaseWorkflow(purchaseId)} />
          {repair.data && <WorkflowLink workflow={repairWorkflow(purchaseId)} />}
        </Group>
      </Stack>
      <Button
        onClick={() => repair.mutate(undefined, { onError: (error) => tell({ tone: 'bad', ...sayInWords(error) }) })}
        loading={repair.isPending}
        aria-label={`Try now: ${sayLines(lines, nameOf)} for ${username}`}
      >
        Try now
      </Button>
    </article>
  )
}

/** What it is waiting for, and how long. */
function Waiting({ purchase: { steps, pointsRedeemed }, now }: { purchase: Purchase; now: number }) {
  const [next] = stepsAhead(steps, pointsRedeemed > 0)
  const since = steps.find(({ state }) => state === 'compensating')?.at
  const waits = next === undefined ? 'Finishing' : TAKING_BACK[next]
  const tried = steps.findLast(({ step, detail }) => step === next && detail?.undo)?.detail?.attempt
  return (
    <Text size="sm" c="dimmed">
      Next: {waits}
      {tried !== undefined && `, attempt ${tried}`}.
      {since !== undefined && ` Under way for ${duration(now - Date.parse(since))}, since ${dateTime(since)}.`}
    </Text>
  )
}
