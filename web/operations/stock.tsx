import { Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconHorse } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type Product, productsQuery } from '#web/client/products.ts'
import { money } from '#web/format/money.ts'
import { EmptyState, ListSkeleton, LoadError, ShowMore } from '#web/page/list.tsx'
import { ProductPicture } from '#web/page/product-picture.tsx'
import { Section } from '#web/page/section.tsx'
import classes from './operators-table.module.css'
import { AdjustStock, EditProduct, NewProduct } from './product-forms.tsx'

/** What is on the shelf, and how it gets there. */
export function Stock() {
  return (
    <Section title="Stock" actions={<NewProduct />}>
      <Products />
    </Section>
  )
}

function Products() {
  const list = useInfiniteQuery(productsQuery)
  const products = list.data?.pages.flatMap(({ items }) => items)
  if (!products) {
    return list.error ? <LoadError query={list} /> : <ListSkeleton label="Loading products" height={56} />
  }
  if (products.length === 0) {
    return (
      <EmptyState icon={<IconHorse size={36} aria-hidden />} title="The shelf is empty">
        Add the first product, and it is for sale.
      </EmptyState>
    )
  }
  return (
    <Stack gap="lg">
      <ProductsTable products={products} />
      <ShowMore list={list} shown={products.length} what="products" />
    </Stack>
  )
}

function ProductsTable({ products }: { products: readonly Product[] }) {
  return (
    <Table verticalSpacing="sm" className={classes.table}>
      <Table.Caption>What can be bought is on hand and not reserved for a purchase under way.</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Product</Table.Th>
          <Table.Th className={classes.number}>Price</Table.Th>
          <Table.Th className={classes.number}>Can be bought</Table.Th>
          <Table.Th>
            <VisuallyHidden>Changes</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {products.map((product) => (
          <ProductRow key={product.id} product={product} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function ProductRow({ product }: { product: Product }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name}>
        <Group gap="sm" wrap="nowrap">
          <ProductPicture image={product.image} size={40} />
          <Text fw={600}>{product.name}</Text>
        </Group>
      </Table.Th>
      <Table.Td className={classes.number} data-label="Price">
        {money(product.price)}
      </Table.Td>
      <Table.Td className={classes.number} data-label="Can be bought">
        {product.stock}
      </Table.Td>
      <Table.Td className={classes.actions}>
        <Group gap="xs" justify="flex-end">
          <AdjustStock product={product} />
          <EditProduct product={product} />
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}
