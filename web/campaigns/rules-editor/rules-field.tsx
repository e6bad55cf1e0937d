import { setDiagnostics } from '@codemirror/lint'
import { Annotation } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { Box, Button, Group, Input, Stack, Text, UnstyledButton } from '@mantine/core'
import {
  type Ref,
  type RefObject,
  useCallback,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import { editorExtensions } from './editor-extensions.ts'
import classes from './rules-field.module.css'
import { formatLocation, formatRules, type Range, type RulesError, rangeOf } from './rules-json.ts'

type RulesFieldProps = {
  text: string
  onChange: (text: string) => void
  errors: readonly RulesError[]
  editor: RefObject<EditorHandle | null>
}

/** The rules of a campaign, and what is wrong with them. */
export function RulesField({ text, onChange, errors, editor }: RulesFieldProps) {
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
        errors={errors}
        labelledBy="rules-label"
        describedBy="rules-description"
      />
      <ErrorCount count={errors.length} />
      <ErrorList text={text} errors={errors} onGoTo={(error) => editor.current?.goTo(error)} />
    </Stack>
  )
}

function ErrorCount({ count }: { count: number }) {
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
    return formatRules(JSON.parse(text))
  } catch {
    return text
  }
}

type ErrorListProps = { text: string; errors: readonly RulesError[]; onGoTo: (error: RulesError) => void }

/** What is marked in the editor, in words; each leads to its place. */
function ErrorList({ text, errors, onGoTo }: ErrorListProps) {
  if (errors.length === 0) return null
  const inOrder = errors.toSorted((a, b) => rangeOf(a, text).from - rangeOf(b, text).from)
  return (
    <ul className={classes.errors} aria-label="Mistakes in the rules">
      {inOrder.map((error) => {
        const place = formatLocation(error, text)
        return (
          <li key={`${place} ${error.message}`}>
            <UnstyledButton className={classes.error} onClick={() => onGoTo(error)}>
              <strong>{place}:</strong> {error.message}
            </UnstyledButton>
          </li>
        )
      })}
    </ul>
  )
}

export type EditorHandle = {
  /** Puts the cursor where an error is, and the focus into the editor. */
  goTo: (error: RulesError) => void
}

type CodeEditorProps = {
  value: string
  onChange: (text: string) => void
  /** Marked when they are told; from then on their marks move with what is typed. */
  errors: readonly RulesError[]
  labelledBy: string
  describedBy: string
  ref: Ref<EditorHandle>
}

/** Marks a text that was put into the editor, so that it is not told as one that was typed. */
const fromOutside = Annotation.define<true>()

/** CodeMirror in React's clothes. */
function CodeEditor({ value, onChange, errors, labelledBy, describedBy, ref }: CodeEditorProps) {
  const { host, view, isEcho } = useEditorView(value, onChange, { labelledBy, describedBy })

  useEffect(() => {
    if (!view || isEcho(value)) return
    const changes = { from: 0, to: view.state.doc.length, insert: value }
    view.dispatch({ changes, annotations: fromOutside.of(true) })
  }, [view, value, isEcho])

  useEffect(() => {
    if (!view) return
    view.contentDOM.setAttribute('aria-invalid', String(errors.length > 0))
    const diagnostics = errors.map((error) => ({
      ...rangeIn(view, error),
      severity: 'error' as const,
      message: error.message,
    }))
    view.dispatch(setDiagnostics(view.state, diagnostics))
  }, [view, errors])

  useImperativeHandle(ref, () => ({
    goTo: (error) => {
      if (!view) return
      const { from } = rangeIn(view, error)
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
  }))

  return <div ref={host} className={classes.editor} />
}

/** A error may be of a text that was longer. */
function rangeIn({ state }: EditorView, error: RulesError): Range {
  const { from, to } = rangeOf(error, state.doc.toString())
  return { from: Math.min(from, state.doc.length), to: Math.min(to, state.doc.length) }
}

type Labels = Pick<CodeEditorProps, 'labelledBy' | 'describedBy'>

/**
 * `isEcho` says whether a text is one that was typed here and comes back a moment later. Put into the editor again, it would take
 * away what was typed since.
 */
function useEditorView(value: string, onChange: (text: string) => void, { labelledBy, describedBy }: Labels) {
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<EditorView>()
  const told = useRef<string[]>([])
  const isEcho = useCallback((text: string) => {
    const index = told.current.indexOf(text)
    // The last one stays: it is what the editor shows.
    if (index >= 0) told.current.splice(0, index)
    return index >= 0
  }, [])
  const create = useEffectEvent((parent: HTMLElement) => {
    const attributes = { tabindex: '0', 'aria-labelledby': labelledBy, 'aria-describedby': describedBy }
    const listener = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return
      const text = update.state.doc.toString()
      const isPutIn = update.transactions.some((transaction) => transaction.annotation(fromOutside))
      told.current = isPutIn ? [text] : [...told.current, text]
      if (!isPutIn) changed(text)
    })
    told.current = [value]
    const extensions = [editorExtensions, EditorView.contentAttributes.of(attributes), listener]
    return new EditorView({ doc: value, extensions, parent })
  })
  const changed = useEffectEvent(onChange)
  useEffect(() => {
    if (!host.current) return
    const created = create(host.current)
    setView(created)
    return () => created.destroy()
  }, [])
  return { host, view, isEcho }
}
