import sparticuz from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
  type Request,
} from 'playwright-core'

/** A machine with two cores and everything else on them takes its time. */
const PATIENCE_MS = 20_000

/** Chromium comes with `npm ci` for the usual Linux; elsewhere an installed Chrome does it. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return await chromium.launch({ channel: 'chrome' })
  sparticuz.setGraphicsMode = false
  // Its own arguments would switch off the web's security; Chromium's sandbox does not run as root.
  return await chromium.launch({ executablePath: await sparticuz.executablePath(), args: ['--no-sandbox'] })
}

export type Visit = {
  page: Page
  /** What went wrong in the browser, and was not to be expected. */
  complaints: string[]
  close: () => Promise<void>
}

/**
 * A browser of its own for one person, who looks at the store.
 *
 * @param expected messages on the console that belong to the test, such as those of a server that is away
 */
export async function openVisit(
  browser: Browser,
  options: BrowserContextOptions & { baseURL: string },
  expected: readonly RegExp[] = [],
): Promise<Visit> {
  // What is on its way is neither here nor there: contrasts and places are those of what has arrived.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const complaints: string[] = []
  const complain = (what: string) => {
    if (!expected.some((pattern) => pattern.test(what))) complaints.push(what)
  }
  const page = await context.newPage()
  page.on('console', (message: ConsoleMessage) => {
    const { url } = message.location()
    if (message.type() === 'error' || message.type() === 'warning') complain(`${message.text()} (${url})`)
  })
  page.on('pageerror', (error: Error) => complain(error.stack ?? error.message))
  context.on('request', (request: Request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.origin !== new URL(options.baseURL).origin) complain(`asked ${url.href}`)
  })
  return { page, complaints, close: () => context.close() }
}
