import { Box, Button, Group, Input, Stack, Text } from '@mantine/core'
import type { RefObject } from 'react'
import { CodeEditor, type EditorHandle } from '#web/campaigns/rules-editor/code-editor.tsx'
import type { RulesMistake } from '#web/campaigns/rules-editor/rules-mistake.ts'
import { MistakeList } from './mistake-list.tsx'
import { spellRules } from './spell-rules.ts'

type RulesFieldProps = {
  text: string
  onChange: (text: string) => void
  mistakes: readonly RulesMistake[]
  editor: RefObject<EditorHandle | null>
}

/** The rules of a campaign, and what is wrong with them. */
export function RulesField({ text, onChange, mistakes, editor }: RulesFieldProps) {
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <Box flex="1 1 8rem">
          <Input.Label component="div" id="rules-label">
            Rules
          </Input.Label>
          <Input.Description id="rules-description">
            A list in JSON; what the rules give is summed. Ctrl+Space suggests, Tab indents; to leave the editor by
            keyboard, press Escape, then Tab.
          </Input.Description>
        </Box>
        <Button size="compact-sm" variant="default" flex="none" onClick={() => onChange(tidy(text))}>
          Tidy up
        </Button>
      </Group>
      <CodeEditor
        ref={editor}
        value={text}
        onChange={onChange}
        mistakes={mistakes}
        labelledBy="rules-label"
        describedBy="rules-description"
      />
      <Verdict count={mistakes.length} />
      <MistakeList text={text} mistakes={mistakes} onGoTo={(mistake) => editor.current?.goTo(mistake)} />
    </Stack>
  )
}

function Verdict({ count }: { count: number }) {
  const words = count === 1 ? 'There is a mistake in the rules.' : `There are ${count} mistakes in the rules.`
  return (
    <Text role="status" size="sm" fw={600} c={count > 0 ? 'var(--mantine-color-error)' : 'dimmed'}>
      {count > 0 ? words : 'The rules are right.'}
    </Text>
  )
}

/** Spelled with a member a line; what is no JSON stays as it is. */
function tidy(text: string): string {
  try {
    return spellRules(JSON.parse(text))
  } catch {
    return text
  }
}
