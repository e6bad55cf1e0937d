import type { Browser, BrowserContextOptions, ConsoleMessage, Page, Request } from 'playwright-core'

/** A machine with two cores and everything else on them takes its time. */
const PATIENCE_MS = 60_000

export type Visit = {
  page: Page
  /** What went wrong in the browser, and was not to be expected. */
  errors: string[]
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
  const errors: string[] = []
  const report = (what: string) => {
    if (!expected.some((pattern) => pattern.test(what))) errors.push(what)
  }
  const page = await context.newPage()
  page.on('console', (message: ConsoleMessage) => {
    const { url } = message.location()
    if (message.type() === 'error' || message.type() === 'warning') report(`${message.text()} (${url})`)
  })
  page.on('pageerror', (error: Error) => report(error.stack ?? error.message))
  context.on('request', (request: Request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.origin !== new URL(options.baseURL).origin) report(`asked ${url.href}`)
  })
  return { page, errors, close: () => context.close() }
}
