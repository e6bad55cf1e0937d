import { Burger, Container, Group } from '@mantine/core'
import { ColorSchemeMenu } from './color-scheme-menu.tsx'
import { Logo } from './logo.tsx'
import { NavigationLinks } from './navigation-links.tsx'
import { UserMenu } from './user-menu.tsx'

export function Header({ menuOpened, onMenu }: { menuOpened: boolean; onMenu: () => void }) {
  return (
    <Container size="xl" h="100%" px={{ base: 'md', sm: 'xl' }}>
      <Group h="100%" justify="space-between" wrap="nowrap" gap="sm">
        <Group wrap="nowrap" gap="xs">
          <Burger
            hiddenFrom="md"
            size="sm"
            opened={menuOpened}
            onClick={onMenu}
            aria-label={menuOpened ? 'Close the menu' : 'Open the menu'}
            aria-expanded={menuOpened}
            aria-controls="menu"
          />
          <Logo />
        </Group>
        <Group visibleFrom="md" gap={4} wrap="nowrap">
          <NavigationLinks />
        </Group>
        <Group wrap="nowrap" gap="xs" miw={0}>
          <UserMenu />
          <ColorSchemeMenu />
        </Group>
      </Group>
    </Container>
  )
}
