import { Skeleton, Stack } from '@mantine/core'

type ListSkeletonProps = { label: string; count?: number; height?: number }

/** Stands in for a list while it is read. */
export function ListSkeleton({ label, count = 4, height = 96 }: ListSkeletonProps) {
  return (
    <Stack gap="sm" role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => `place-${index}`).map((key) => (
        <Skeleton key={key} height={height} radius="lg" />
      ))}
    </Stack>
  )
}
