import { Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useCreateCampaign } from '#web/client/campaigns.ts'
import { Page } from '#web/page/page.tsx'
import { type Draft, isSameDraft, NEW_DRAFT, termsOf } from './terms/draft.ts'
import { LeaveGuard } from './terms/leave-guard.tsx'
import { nameMistake } from './terms/name.ts'
import { sayNotSaved, whyNotSendable } from './terms/refusal.ts'
import { SaveBar } from './terms/save-bar.tsx'
import { TermsWorkshop } from './terms/terms-workshop.tsx'

export function NewCampaignPage() {
  return (
    <Page title="New campaign" lead="Say when it gives points, and see what it would give before it does.">
      <NewCampaign />
    </Page>
  )
}

function NewCampaign() {
  const [name, setName] = useState('')
  const [draft, setDraft] = useState<Draft>(NEW_DRAFT)
  const [refusal, setRefusal] = useState<string>()
  const nameInput = useRef<HTMLInputElement>(null)
  const create = useCreateCampaign()
  const navigate = useNavigate()
  const wrongName = nameMistake(name)

  const save = () => {
    const why = wrongName ? `Not created: ${wrongName}` : whyNotSendable(draft)
    setRefusal(why)
    if (wrongName) nameInput.current?.focus()
    if (why !== undefined) return
    create.mutate(
      { campaign_name: name.trim(), ...termsOf(draft) },
      {
        onSuccess: ({ campaign_name, status }) => {
          notifications.show({ title: `“${campaign_name}” is created`, message: `It is ${status}.` })
          void navigate({
            to: '/campaigns/$campaignName',
            params: { campaignName: campaign_name },
            ignoreBlocker: true,
          })
        },
        onError: (error) => setRefusal(sayNotSaved(error)),
      },
    )
  }

  return (
    <Stack>
      <LeaveGuard isDirty={!create.isSuccess && (name !== '' || !isSameDraft(draft, NEW_DRAFT))} />
      <TermsWorkshop
        draft={draft}
        change={(part) => setDraft((now) => ({ ...now, ...part }))}
        saveBar={
          <SaveBar
            status={refusal ?? 'Nothing is created until you say so.'}
            isBad={refusal !== undefined}
            saveLabel="Create campaign"
            isSaving={create.isPending}
            onSave={save}
            onDiscard={undefined}
          />
        }
      >
        <TextInput
          ref={nameInput}
          label="Name"
          description="Customers see it beside the points that it gave. It cannot be changed later."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal !== undefined && wrongName}
          required
          maxLength={100}
        />
      </TermsWorkshop>
    </Stack>
  )
}
