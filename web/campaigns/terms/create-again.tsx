import { Button, Group } from '@mantine/core'
import { formatError } from '#web/client/api-problem.ts'
import { type Campaign, useCreateCampaign } from '#web/client/campaigns.ts'
import { Attention } from './attention.tsx'
import { type Draft, termsOf } from './draft.ts'

type CreateAgainProps = { name: string; draft: Draft; onCreated: (campaign: Campaign, sent: Draft) => void }

/** The campaign was deleted while somebody worked on it, whose work need not be lost. */
export function CreateAgain({ name, draft, onCreated }: CreateAgainProps) {
  const create = useCreateCampaign()
  const again = () =>
    create.mutate({ campaign_name: name, ...termsOf(draft) }, { onSuccess: (campaign) => onCreated(campaign, draft) })
  return (
    <Attention title="Somebody deleted this campaign" isAnswer>
      <Group justify="space-between">
        <span>{create.error ? formatError(create.error).message : 'What you typed is still here.'}</span>
        <Button onClick={again} loading={create.isPending}>
          Create it again with this
        </Button>
      </Group>
    </Attention>
  )
}
