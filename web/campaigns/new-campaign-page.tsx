import { Skeleton, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import {
  type CampaignKey,
  type CampaignTerms,
  campaignChangeQuery,
  campaignQuery,
  STORE_CLIENT,
  useCreateCampaign,
} from '#web/client/campaigns.ts'
import { LoadError } from '#web/page/list.tsx'
import { Page } from '#web/page/page.tsx'
import { clientSearch } from './campaign-search.ts'
import { type Draft, draftOf, isSameDraft, NEW_DRAFT, termsOf } from './terms/draft.ts'
import { TermsEditor } from './terms/terms-editor.tsx'
import { formatNotSaved, validateDraft } from './terms/use-campaign-draft.ts'

const route = getRouteApi('/new-campaign')

export function NewCampaignPage() {
  const { copy, client = STORE_CLIENT, change } = route.useSearch()
  const of = copy === undefined ? undefined : { client, campaign_name: copy }
  return (
    <Page
      title="New campaign"
      lead="Say when it awards points, try it, and see what it would have awarded, before you save it."
    >
      {of === undefined && <NewCampaign />}
      {of && change === undefined && <CopyOfCampaign of={of} />}
      {of && change !== undefined && <CopyOfVersion of={of} change={change} />}
    </Page>
  )
}

/** Starts with the terms of a campaign. */
function CopyOfCampaign({ of }: { of: CampaignKey }) {
  const read = useQuery({ ...campaignQuery(of), refetchOnWindowFocus: false })
  return <Copy of={of} read={read} terms={read.data} name={nameOfCopy(of.campaign_name)} />
}

/** Starts with the terms that a campaign of this name had before it was deleted. */
function CopyOfVersion({ of, change }: { of: CampaignKey; change: string }) {
  const read = useQuery(campaignChangeQuery(of, change))
  const terms = read.data?.after ?? read.data?.before ?? undefined
  return <Copy of={of} read={read} terms={terms} name={of.campaign_name} />
}

type CopyProps = { of: CampaignKey; read: UseQueryResult; terms: CampaignTerms | undefined; name: string }

function Copy({ of: { client }, read, terms, name }: CopyProps) {
  if (terms) return <NewCampaign client={client} name={name} from={{ ...draftOf(terms), status: 'draft' }} />
  return read.error ? <LoadError query={read} /> : <Skeleton height={480} radius="lg" />
}

function nameOfCopy(name: string): string {
  return [...`Copy of ${name}`].slice(0, MAX_NAME).join('').trim()
}

type NewCampaignProps = { client?: string; name?: string; from?: Draft }

function NewCampaign({ client = STORE_CLIENT, name: firstName = '', from = NEW_DRAFT }: NewCampaignProps) {
  const [name, setName] = useState(firstName)
  const [draft, setDraft] = useState<Draft>(from)
  const nameInput = useRef<HTMLInputElement>(null)
  const { create, refusal, isPending, isSuccess } = useCreation(client)
  const nameError = validateName(name)

  const save = () => {
    create(name, draft)
    if (nameError) nameInput.current?.focus()
  }

  return (
    <TermsEditor
      of={{ client }}
      draft={draft}
      change={(part) => setDraft((now) => ({ ...now, ...part }))}
      isDirty={!isSuccess && (name !== firstName || !isSameDraft(draft, from))}
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

const CREATED: Record<CampaignTerms['status'], string> = {
  draft: 'It is a draft, and awards nothing until you make it active.',
  active: 'It is active.',
  inactive: 'It is inactive.',
}

/** Creates the campaign and opens its page, or says why it could not be created. */
function useCreation(client: string) {
  const [refusal, setRefusal] = useState<string>()
  const creation = useCreateCampaign()
  const navigate = useNavigate()

  const create = (name: string, draft: Draft) => {
    const nameError = validateName(name)
    const reason = nameError ? `Not created. ${nameError}` : validateDraft(draft)
    setRefusal(reason)
    if (reason !== undefined) return
    creation.mutate(
      { client, campaign_name: name.trim(), ...termsOf(draft) },
      {
        onSuccess: ({ campaign_name: campaignName, status }) => {
          notifications.show({ title: `“${campaignName}” was created`, message: CREATED[status] })
          void navigate({
            to: '/campaigns/$campaignName',
            params: { campaignName },
            search: clientSearch(client),
            ignoreBlocker: true,
          })
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
