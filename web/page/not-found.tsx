import { Button, Group } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Page } from './page.tsx'

export function NotFound() {
  return (
    <Page title="Nothing grazes here" lead="There is no page at this address. It may have moved on, as unicorns do.">
      <Group>
        <Button component={Link} to="/">
          Back to the unicorns
        </Button>
      </Group>
    </Page>
  )
}
