import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'
import { LoadingButton } from './page/focus.tsx'

/** The colour of the brand: for what can be clicked, and what matters. */
const plum: MantineColorsTuple = [
  '#fcf2fa',
  '#f5e0f0',
  '#e8bcde',
  '#db96cb',
  '#cf75bb',
  '#c157aa',
  '#a93b92',
  '#922c7d',
  '#7c1f69',
  '#5d1450',
]

/** For points only. */
const gold: MantineColorsTuple = [
  '#fff8e6',
  '#fcefcf',
  '#f7dd9d',
  '#f1ca68',
  '#ecb93d',
  '#e9af24',
  '#c98f0c',
  '#9a6b00',
  '#7a5400',
  '#5a3d00',
]

/** Greys with a tint of the brand's colour. */
const gray: MantineColorsTuple = [
  '#faf8fa',
  '#f3f0f4',
  '#e9e4ea',
  '#dad3dc',
  '#c6bdc9',
  '#a59aaa',
  '#7d7283',
  '#5d5363',
  '#3d3443',
  '#241c29',
]

const dark: MantineColorsTuple = [
  '#ece6ee',
  '#cfc6d3',
  '#b5aaba',
  '#8f8396',
  '#5c5064',
  '#443a4b',
  '#362c3c',
  '#271f2d',
  '#1b1520',
  '#130e17',
]

/** What scrolls is the list itself, which belongs to its field: a region of its own would have to take the focus. */
const SCROLLING_LIST = { withScrollArea: false, styles: { options: { maxHeight: 260, overflowY: 'auto' } } }

export const theme = createTheme({
  primaryColor: 'plum',
  primaryShade: { light: 8, dark: 6 },
  colors: { plum, gold, gray, dark },
  black: '#241c29',
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { component: LoadingButton } },
    Autocomplete: { defaultProps: SCROLLING_LIST },
    MultiSelect: { defaultProps: SCROLLING_LIST },
    Select: { defaultProps: SCROLLING_LIST },
    TagsInput: { defaultProps: SCROLLING_LIST },
    // Of dialogs, drawers and notifications: a screen reader cannot read an icon.
    CloseButton: { defaultProps: { 'aria-label': 'Close' } },
    // They are header elements, and would count as the banner of the page, which is the bar of the store.
    ModalHeader: { defaultProps: { role: 'none' } },
    DrawerHeader: { defaultProps: { role: 'none' } },
  },
  respectReducedMotion: true,
  fontFamily:
    'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Open Sans", sans-serif',
  headings: {
    fontWeight: '750',
    sizes: {
      h1: { fontSize: 'clamp(1.75rem, 1.2rem + 2vw, 2.5rem)', lineHeight: '1.1' },
      h2: { fontSize: '1.375rem', lineHeight: '1.25' },
      h3: { fontSize: '1.125rem', lineHeight: '1.3' },
    },
  },
})

/** Where Mantine's defaults fall short of a contrast of 4.5 : 1 (WCAG 2.2 AA), or of the brand. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#faf8fa',
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-6)',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-red-light-color': '#a61e1e',
    '--mantine-color-orange-light-color': '#953600',
    '--mantine-color-yellow-light-color': '#7a5400',
    '--mantine-color-gold-light-color': 'var(--mantine-color-gold-8)',
    '--mantine-color-green-light-color': '#1f6b3a',
    '--mantine-color-teal-light-color': '#0b6352',
    '--mantine-color-blue-light-color': '#15508f',
    '--store-surface': '#ffffff',
    '--store-line': 'var(--mantine-color-gray-2)',
    '--store-points': 'var(--mantine-color-gold-8)',
    '--store-points-area': 'var(--mantine-color-gold-7)',
    '--store-points-soft': 'var(--mantine-color-gold-0)',
    '--store-good': '#1f6b3a',
    '--store-good-soft': '#e3f4e8',
    '--store-bad-soft': '#fdeceb',
    '--store-shadow': '0 1px 2px rgb(36 28 41 / 4%), 0 4px 16px rgb(36 28 41 / 4%)',
    '--store-shadow-raised': '0 2px 4px rgb(36 28 41 / 6%), 0 16px 36px rgb(36 28 41 / 10%)',
  },
  dark: {
    '--mantine-color-body': 'var(--mantine-color-dark-9)',
    '--mantine-color-dimmed': 'var(--mantine-color-dark-2)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-3)',
    '--mantine-color-anchor': 'var(--mantine-color-plum-3)',
    '--mantine-primary-color-light': 'rgb(207 117 187 / 18%)',
    '--mantine-primary-color-light-hover': 'rgb(207 117 187 / 26%)',
    '--mantine-primary-color-light-color': 'var(--mantine-color-plum-2)',
    '--mantine-color-plum-light': 'rgb(207 117 187 / 18%)',
    '--mantine-color-plum-light-hover': 'rgb(207 117 187 / 26%)',
    '--mantine-color-plum-light-color': 'var(--mantine-color-plum-2)',
    '--mantine-color-error': '#ff9a92',
    '--store-surface': 'var(--mantine-color-dark-8)',
    '--store-line': 'var(--mantine-color-dark-6)',
    '--store-points': 'var(--mantine-color-gold-4)',
    '--store-points-area': 'var(--mantine-color-gold-4)',
    '--store-points-soft': 'rgb(236 185 61 / 10%)',
    '--store-good': '#7ddb9a',
    '--store-good-soft': 'rgb(125 219 154 / 14%)',
    '--store-bad-soft': 'rgb(255 154 146 / 14%)',
    '--store-shadow': 'none',
    '--store-shadow-raised': '0 16px 36px rgb(0 0 0 / 45%)',
  },
})
