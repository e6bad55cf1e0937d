import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, loadEnv, type Plugin } from 'vite'

/** The README beside the store, where its banner leads: as text, which a browser shows. */
const readme: Plugin = {
  name: 'readme',
  generateBundle() {
    const source = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
    this.emitFile({ type: 'asset', fileName: 'readme.txt', source })
  },
}

/** What the API writes into the page that it serves (`servePage` in api/store.ts), when Vite serves it. */
const shownAmounts = ({ CURRENCY = 'USD', LOCALE = 'en-US' }: Record<string, string>): Plugin => ({
  name: 'shown-amounts',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace('<html', `<html data-currency="${CURRENCY}" data-locale="${LOCALE}"`),
})

/** `npm run web:dev` and `npm run web:build`. */
export default defineConfig(({ mode }) => {
  const root = import.meta.dirname
  const environment = loadEnv(mode, root, ['PORT', 'CURRENCY', 'LOCALE'])
  const { PORT = '3000' } = environment
  return {
    root,
    base: '/store/',
    plugins: [react(), readme, shownAmounts(environment)],
    server: {
      host: '127.0.0.1',
      // Whatever is not the store is the API, as it is when the API serves both.
      proxy: { '^/(?!store(?:/|$))': { target: `http://127.0.0.1:${PORT}` } },
    },
    build: {
      outDir: join(root, '../dist/store'),
      emptyOutDir: true,
      // Each of these would put a script into the page itself, or data into addresses: the policy allows neither.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      // For the test that adds up what a first visit loads, compressed; that is the limit that counts.
      manifest: true,
      chunkSizeWarningLimit: 1_000,
    },
  }
})
