import { Badge, Text } from '@mantine/core'

const FEW = 5

/** What can be bought now, loud only when it matters: when it is little, or less than is wanted. */
export function Stock({ stock, wanted }: { stock: number; wanted: number }) {
  if (stock === 0)
    return (
      <Badge color="gray" variant="light" tt="none">
        Sold out
      </Badge>
    )
  if (stock < wanted)
    return (
      <Badge color="red" variant="light" tt="none">
        Only {stock} left
      </Badge>
    )
  if (stock <= FEW)
    return (
      <Badge color="orange" variant="light" tt="none">
        {stock} left
      </Badge>
    )
  return (
    <Text span size="sm" c="dimmed">
      {stock} in stock
    </Text>
  )
}
