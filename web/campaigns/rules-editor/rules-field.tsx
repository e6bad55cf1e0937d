import { setDiagnostics } from '@codemirror/lint'
import { Annotation } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { Box, Button, Group, Input, Stack, UnstyledButton } from '@mantine/core'
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

/** The rules of a campaign in a JSON editor, with a list of their errors. */
export function RulesField({ text, onChange, errors, editor }: RulesFieldProps) {
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <Box flex="1 1 8rem">
          <Input.Label component="div" id="rules-label">
            JSON of the rules
          </Input.Label>
          <Input.Description id="rules-description">
            Press Ctrl+Space for suggestions and Tab to indent; to leave the editor by keyboard, press Escape, then Tab.
          </Input.Description>
        </Box>
        <Button size="compact-sm" variant="default" flex="none" onClick={() => onChange(reformat(text))}>
          Format
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
      <ErrorList text={text} errors={errors} onGoTo={(error) => editor.current?.goTo(error)} />
    </Stack>
  )
}

/** Text that is not valid JSON stays as it is. */
function reformat(text: string): string {
  try {
    return formatRules(JSON.parse(text))
  } catch {
    return text
  }
}

type ErrorListProps = { text: string; errors: readonly RulesError[]; onGoTo: (error: RulesError) => void }

/** The errors that the editor marks, in the order of the text. A click moves the cursor to the error. */
function ErrorList({ text, errors, onGoTo }: ErrorListProps) {
  if (errors.length === 0) return null
  const inOrder = errors.toSorted((a, b) => rangeOf(a, text).from - rangeOf(b, text).from)
  return (
    <ul className={classes.errors} aria-label="Errors in the rules">
      {inOrder.map((error) => {
        const location = formatLocation(error, text)
        return (
          <li key={`${location} ${error.message}`}>
            <UnstyledButton className={classes.error} onClick={() => onGoTo(error)}>
              <strong>{location}:</strong> {error.message}
            </UnstyledButton>
          </li>
        )
      })}
    </ul>
  )
}

export type EditorHandle = {
  /** Moves the cursor to an error and focuses the editor. */
  goTo: (error: RulesError) => void
}

type CodeEditorProps = {
  value: string
  onChange: (text: string) => void
  /** Marked when they change; after that, the marks move with the text. */
  errors: readonly RulesError[]
  labelledBy: string
  describedBy: string
  ref: Ref<EditorHandle>
}

/** Annotates a change that comes from `value`, for which `onChange` is not called. */
const fromOutside = Annotation.define<true>()

/** CodeMirror as a controlled React component. */
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

/** The error may belong to an earlier, longer text. */
function rangeIn({ state }: EditorView, error: RulesError): Range {
  const { from, to } = rangeOf(error, state.doc.toString())
  return { from: Math.min(from, state.doc.length), to: Math.min(to, state.doc.length) }
}

type Labels = Pick<CodeEditorProps, 'labelledBy' | 'describedBy'>

/**
 * Creates the editor. `isEcho` returns whether a `value` is a text that the editor itself reported through `onChange` and
 * that comes back in a later render: setting it again would remove what was typed since.
 */
function useEditorView(value: string, onChange: (text: string) => void, { labelledBy, describedBy }: Labels) {
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<EditorView>()
  const reported = useRef<string[]>([])
  const isEcho = useCallback((text: string) => {
    const index = reported.current.indexOf(text)
    // The matching entry stays: it may be the current text of the editor.
    if (index >= 0) reported.current.splice(0, index)
    return index >= 0
  }, [])
  const create = useEffectEvent((parent: HTMLElement) => {
    const attributes = { tabindex: '0', 'aria-labelledby': labelledBy, 'aria-describedby': describedBy }
    const listener = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return
      const text = update.state.doc.toString()
      const isFromOutside = update.transactions.some((transaction) => transaction.annotation(fromOutside))
      reported.current = isFromOutside ? [text] : [...reported.current, text]
      if (!isFromOutside) notifyChange(text)
    })
    reported.current = [value]
    const extensions = [editorExtensions, EditorView.contentAttributes.of(attributes), listener]
    return new EditorView({ doc: value, extensions, parent })
  })
  const notifyChange = useEffectEvent(onChange)
  useEffect(() => {
    if (!host.current) return
    const created = create(host.current)
    setView(created)
    return () => created.destroy()
  }, [])
  return { host, view, isEcho }
}
