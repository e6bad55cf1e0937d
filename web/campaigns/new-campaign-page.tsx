import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useCreateCampaign } from '#web/client/campaigns.ts'
import { Page } from '#web/page/page.tsx'
import { type Draft, isSameDraft, NEW_DRAFT, termsOf } from './terms/draft.ts'
import { TermsEditor } from './terms/terms-editor.tsx'
import { formatNotSaved, validateDraft } from './terms/use-campaign-draft.ts'

export function NewCampaignPage() {
  return (
    <Page title="New campaign" lead="Define when it awards points, and preview the result before you save it.">
      <NewCampaign />
    </Page>
  )
}

function NewCampaign() {
  const [name, setName] = useState('')
  const [draft, setDraft] = useState<Draft>(NEW_DRAFT)
  const nameInput = useRef<HTMLInputElement>(null)
  const { create, refusal, isPending, isSuccess } = useCreation()
  const nameError = validateName(name)

  const save = () => {
    create(name, draft)
    if (nameError) nameInput.current?.focus()
  }

  return (
    <TermsEditor
      draft={draft}
      change={(part) => setDraft((now) => ({ ...now, ...part }))}
      isDirty={!isSuccess && (name !== '' || !isSameDraft(draft, NEW_DRAFT))}
      saving={{
        status: refusal ?? 'The campaign is not created yet.',
        isError: refusal !== undefined,
        saveLabel: 'Create campaign',
        isSaving: isPending,
        onSave: save,
        onDiscard: undefined,
      }}
    >
      <TextInput
        ref={nameInput}
        label="Name"
        description="Customers see it next to the points that it awarded. It cannot be changed later."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={refusal !== undefined && nameError}
        required
      />
    </TermsEditor>
  )
}

/** Creates the campaign and opens its page, or says why it could not be created. */
function useCreation() {
  const [refusal, setRefusal] = useState<string>()
  const creation = useCreateCampaign()
  const navigate = useNavigate()

  const create = (name: string, draft: Draft) => {
    const nameError = validateName(name)
    const reason = nameError ? `Not created. ${nameError}` : validateDraft(draft)
    setRefusal(reason)
    if (reason !== undefined) return
    creation.mutate(
      { campaign_name: name.trim(), ...termsOf(draft) },
      {
        onSuccess: ({ campaign_name: campaignName, status }) => {
          notifications.show({ title: `“${campaignName}” was created`, message: `It is ${status}.` })
          void navigate({ to: '/campaigns/$campaignName', params: { campaignName }, ignoreBlocker: true })
        },
        onError: (error) => setRefusal(formatNotSaved(error)),
      },
    )
  }
  return { create, refusal, isPending: creation.isPending, isSuccess: creation.isSuccess }
}

/** Of the API, in code points as there. */
const MAX_NAME = 100

/** What is wrong with the name of a new campaign, or undefined if it is valid. */
function validateName(name: string): string | undefined {
  const trimmed = name.trim()
  if (trimmed === '') return 'Enter a name.'
  if ([...trimmed].length > MAX_NAME) return `Shorten the name to ${MAX_NAME} characters.`
  // As segments of a path, `.` and `..` are relative (RFC 3986, 5.2.4): the campaign's page would not be reachable.
  if (trimmed === '.' || trimmed === '..') return 'This name cannot be part of a web address. Choose another name.'
  return undefined
}
