import { setDiagnostics } from '@codemirror/lint'
import { Annotation } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { type Ref, useCallback, useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from 'react'
import classes from './code-editor.module.css'
import { editorExtensions } from './editor-extensions.ts'
import type { Range } from './json-place.ts'
import { type RulesMistake, rangeOf } from './rules-mistake.ts'

export type EditorHandle = {
  /** Puts the cursor where a mistake is, and the focus into the editor. */
  goTo: (mistake: RulesMistake) => void
}

export type CodeEditorProps = {
  value: string
  onChange: (text: string) => void
  /** Marked when they are told; from then on their marks move with what is typed. */
  mistakes: readonly RulesMistake[]
  labelledBy: string
  describedBy: string
  ref: Ref<EditorHandle>
}

/** Marks a text that was put into the editor, so that it is not told as one that was typed. */
const fromOutside = Annotation.define<true>()

/** CodeMirror in React's clothes. */
export function CodeEditor({ value, onChange, mistakes, labelledBy, describedBy, ref }: CodeEditorProps) {
  const { host, view, isEcho } = useEditorView(value, onChange, { labelledBy, describedBy })

  useEffect(() => {
    if (!view || isEcho(value)) return
    const changes = { from: 0, to: view.state.doc.length, insert: value }
    view.dispatch({ changes, annotations: fromOutside.of(true) })
  }, [view, value, isEcho])

  useEffect(() => {
    if (!view) return
    view.contentDOM.setAttribute('aria-invalid', String(mistakes.length > 0))
    const diagnostics = mistakes.map((mistake) => ({
      ...rangeIn(view, mistake),
      severity: 'error' as const,
      message: mistake.message,
    }))
    view.dispatch(setDiagnostics(view.state, diagnostics))
  }, [view, mistakes])

  useImperativeHandle(ref, () => ({
    goTo: (mistake) => {
      if (!view) return
      const { from } = rangeIn(view, mistake)
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
  }))

  return <div ref={host} className={classes.editor} />
}

/** A mistake may be of a text that was longer. */
function rangeIn({ state }: EditorView, mistake: RulesMistake): Range {
  const { from, to } = rangeOf(mistake, state.doc.toString())
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
