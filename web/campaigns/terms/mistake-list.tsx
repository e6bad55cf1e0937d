import { UnstyledButton } from '@mantine/core'
import { type RulesMistake, rangeOf, sayPlace } from '#web/campaigns/rules-editor/rules-mistake.ts'
import classes from './mistake-list.module.css'

type MistakeListProps = { text: string; mistakes: readonly RulesMistake[]; onGoTo: (mistake: RulesMistake) => void }

/** What is marked in the editor, in words; each leads to its place. */
export function MistakeList({ text, mistakes, onGoTo }: MistakeListProps) {
  if (mistakes.length === 0) return null
  const inOrder = mistakes.toSorted((a, b) => rangeOf(a, text).from - rangeOf(b, text).from)
  return (
    <ul className={classes.list} aria-label="Mistakes in the rules">
      {inOrder.map((mistake) => {
        const place = sayPlace(mistake, text)
        return (
          <li key={`${place} ${mistake.message}`}>
            <UnstyledButton className={classes.mistake} onClick={() => onGoTo(mistake)}>
              <strong>{place}:</strong> {mistake.message}
            </UnstyledButton>
          </li>
        )
      })}
    </ul>
  )
}
