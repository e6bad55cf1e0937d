import { Container, Skeleton, Stack } from '@mantine/core'

/** Stands in for a page while its code is on its way. */
export function PageSkeleton() {
  return (
    <Container size="xl" py="xl" role="status" aria-label="Loading the page">
      <Stack gap="xl">
        <Skeleton height={40} width="min(60%, 320px)" />
        <Skeleton height={160} radius="lg" />
        <Skeleton height={160} radius="lg" />
      </Stack>
    </Container>
  )
}
