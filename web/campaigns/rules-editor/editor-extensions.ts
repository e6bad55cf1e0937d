import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab, simplifySelection } from '@codemirror/commands'
import { jsonLanguage } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput } from '@codemirror/language'
import { lintGutter, lintKeymap } from '@codemirror/lint'
import { type Extension, Prec } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { editorLook } from './editor-look.ts'
import { completeRules } from './rule-completions.ts'

/** How long Tab leaves the editor after Escape, unless something else is typed. */
const LEAVING_MS = 30_000

/** By itself CodeMirror allows two seconds, and none where Escape has closed suggestions. */
function leaveWithTab(view: EditorView): boolean {
  view.setTabFocusMode(LEAVING_MS)
  closeCompletion(view)
  simplifySelection(view)
  return true
}

/** A JSON editor for rules. Tab indents; after Escape it leaves the editor. */
export const editorExtensions: Extension = [
  // Before the keys of the suggestions, which are as high.
  Prec.highest(keymap.of([{ key: 'Escape', run: leaveWithTab }])),
  lineNumbers(),
  lintGutter(),
  history(),
  jsonLanguage,
  bracketMatching(),
  closeBrackets(),
  indentOnInput(),
  autocompletion({ override: [completeRules], icons: false }),
  EditorView.lineWrapping,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    { key: 'Tab', run: acceptCompletion },
    ...defaultKeymap,
    ...historyKeymap,
    ...lintKeymap,
    indentWithTab,
  ]),
  editorLook,
]
