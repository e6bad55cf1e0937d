import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useCreateCampaign } from '#web/client/campaign-changes.ts'
import { Page } from '#web/page/page.tsx'
import { type Draft, isSameDraft, NEW_DRAFT, termsOf } from './terms/draft.ts'
import { TermsEditor } from './terms/terms-editor.tsx'
import { formatNotSaved, validateDraft } from './terms/use-campaign-draft.ts'

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
  const nameError = nameErrorOf(name)

  const save = () => {
    const why = nameError ? `Not created: ${nameError}` : validateDraft(draft)
    setRefusal(why)
    if (nameError) nameInput.current?.focus()
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
        onError: (error) => setRefusal(formatNotSaved(error)),
      },
    )
  }

  return (
    <TermsEditor
      draft={draft}
      change={(part) => setDraft((now) => ({ ...now, ...part }))}
      isDirty={!create.isSuccess && (name !== '' || !isSameDraft(draft, NEW_DRAFT))}
      saving={{
        status: refusal ?? 'Nothing is created until you say so.',
        isBad: refusal !== undefined,
        saveLabel: 'Create campaign',
        isSaving: create.isPending,
        onSave: save,
        onDiscard: undefined,
      }}
    >
      <TextInput
        ref={nameInput}
        label="Name"
        description="Customers see it beside the points that it gave. It cannot be changed later."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={refusal !== undefined && nameError}
        required
        maxLength={100}
      />
    </TermsEditor>
  )
}

/** What is wrong with the name of a new campaign, if something is. */
function nameErrorOf(name: string): string | undefined {
  const trimmed = name.trim()
  if (trimmed === '') return 'It needs a name.'
  // Addresses take these for the place itself, and for the way up.
  if (trimmed === '.' || trimmed === '..') return 'This name cannot be part of an address. Choose another.'
  return undefined
}
