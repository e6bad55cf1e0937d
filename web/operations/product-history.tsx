import { Skeleton, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type Product, type ProductChange, productHistoryQuery } from '#web/client/products.ts'
import { byWhom } from '#web/format/actors.ts'
import { dateTime } from '#web/format/dates.ts'
import { typedLabels } from '#web/format/labels.ts'
import { money } from '#web/format/money.ts'
import { DialogButton } from '#web/page/dialog.tsx'
import cards from '#web/page/list.module.css'
import { PagedList } from '#web/page/list.tsx'

/** Who changed what of a product, and when. */
export function ProductHistory({ product: { id, name } }: { product: Product }) {
  return (
    <DialogButton
      label="History"
      aria-label={`History: ${name}`}
      title={`History of ${name}`}
      variant="subtle"
      size="xs"
    >
      {() => <Changes id={id} />}
    </DialogButton>
  )
}

function Changes({ id }: { id: string }) {
  return (
    <PagedList
      list={useInfiniteQuery(productHistoryQuery(id))}
      what="changes"
      loading={<Skeleton height={120} radius="md" />}
    >
      {(changes) => (
        <ol className={cards.list} aria-label="History of changes">
          {changes.map((change) => (
            <li key={change.version}>
              <Change change={change} />
            </li>
          ))}
        </ol>
      )}
    </PagedList>
  )
}

function Change({ change: { version, actor, at, before, after } }: { change: ProductChange }) {
  return (
    <Stack gap={2}>
      <Text fw={600} size="sm">
        {before === null ? 'Added' : 'Changed'} {byWhom(actor)}
      </Text>
      <Text size="sm" c="dimmed">
        <time dateTime={at}>{dateTime(at)}</time> · version {version}
      </Text>
      {changedTerms(before, after).map((line) => (
        <Text key={line} size="sm">
          {line}
        </Text>
      ))}
    </Stack>
  )
}

type Terms = ProductChange['after']

const TERMS: { name: string; format: (terms: Terms) => string }[] = [
  { name: 'Name', format: ({ name }) => name },
  { name: 'Price', format: ({ price }) => money(price) },
  { name: 'Description', format: ({ description }) => description },
  { name: 'Picture', format: ({ image }) => image ?? 'none' },
  { name: 'Categories', format: ({ categories }) => typedLabels(categories) || 'none' },
  { name: 'Tags', format: ({ tags }) => typedLabels(tags) || 'none' },
]

function changedTerms(before: Terms | null, after: Terms): string[] {
  if (before === null) return [`Price: ${money(after.price)}`]
  return TERMS.filter(({ format }) => format(before) !== format(after)).map(
    ({ name, format }) => `${name}: ${format(before)} → ${format(after)}`,
  )
}
