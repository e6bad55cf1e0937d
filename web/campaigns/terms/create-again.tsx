import { Button, Group } from '@mantine/core'
import { useCreateCampaign } from '#web/client/campaign-changes.ts'
import { sayInWords } from '#web/client/problem-words.ts'
import { Attention } from './attention.tsx'
import { termsOf } from './draft.ts'
import type { CampaignDraft } from './use-draft.ts'

type CreateAgainProps = { name: string; draft: Pick<CampaignDraft, 'draft' | 'saved'> }

/** The campaign was deleted while somebody worked on it, whose work need not be lost. */
export function CreateAgain({ name, draft: { draft, saved } }: CreateAgainProps) {
  const create = useCreateCampaign()
  if (create.isSuccess) return null
  const again = () =>
    create.mutate({ campaign_name: name, ...termsOf(draft) }, { onSuccess: (campaign) => saved(campaign, draft) })
  return (
    <Attention title="Somebody deleted this campaign" isAnswer>
      <Group justify="space-between">
        <span>{create.error ? sayInWords(create.error).message : 'What you typed is still here.'}</span>
        <Button onClick={again} loading={create.isPending}>
          Create it again with this
        </Button>
      </Group>
    </Attention>
  )
}
