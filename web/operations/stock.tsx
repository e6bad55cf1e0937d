import { Group, Text } from '@mantine/core'
import { IconHorse } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type Product, productsQuery } from '#web/client/products.ts'
import { money } from '#web/format/money.ts'
import { EmptyState, ListSkeleton, PagedList } from '#web/page/list.tsx'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { Section } from '#web/page/section.tsx'
import { type Column, DataTable } from '#web/page/table.tsx'
import { AdjustStock, EditProduct, NewProduct } from './product-forms.tsx'
import { ProductHistory } from './product-history.tsx'

/** What is on the shelf, and how it gets there. */
export function Stock() {
  return (
    <Section title="Stock" actions={<NewProduct />}>
      <Products />
    </Section>
  )
}

function Products() {
  return (
    <PagedList
      list={useInfiniteQuery(productsQuery)}
      what="products"
      loading={<ListSkeleton label="Loading products" height={56} />}
      empty={
        <EmptyState icon={<IconHorse size={36} aria-hidden />} title="There are no products yet">
          Add the first product to sell it.
        </EmptyState>
      }
    >
      {(products) => (
        <DataTable
          caption="The stock that can be bought is on hand and not reserved for a purchase in progress."
          isCaptionSeen
          columns={COLUMNS}
          rows={products}
          keyOf={({ id }) => id}
          onPhone="blocks"
        />
      )}
    </PagedList>
  )
}

const COLUMNS: Column<Product>[] = [
  {
    name: 'Product',
    kind: 'name',
    cell: ({ name, image, categories, tags }) => (
      <Group gap="sm" wrap="nowrap">
        <ProductPicture image={image} size={40} />
        <div>
          <Text fw={600}>{name}</Text>
          <Text size="sm" c="dimmed">
            {[...categories, ...tags].join(' · ')}
          </Text>
        </div>
      </Group>
    ),
  },
  { name: 'Price', kind: 'number', cell: ({ price }) => money(price) },
  { name: 'Can be bought', kind: 'number', cell: ({ stock }) => stock },
  {
    name: 'Changes',
    isNameUnseen: true,
    kind: 'actions',
    cell: (product) => (
      <Group gap="xs" justify="flex-end">
        <AdjustStock product={product} />
        <EditProduct product={product} />
        <ProductHistory product={product} />
      </Group>
    ),
  },
]
