import { Group } from '@mantine/core'
import { ButtonLink } from './button-link.tsx'
import { Page } from './page.tsx'

export function NotFound() {
  return (
    <Page title="Nothing grazes here" lead="There is no page at this address. It may have moved on, as unicorns do.">
      <Group>
        <ButtonLink to="/">Back to the unicorns</ButtonLink>
      </Group>
    </Page>
  )
}
