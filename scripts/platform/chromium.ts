import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import { ConfigurationError } from '#config/environment.ts'

/** At Ctrl-C Playwright would end our process before that has stopped what it started. The browser ends with us anyway. */
const LEAVE_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }

/**
 * A browser without a window. Chromium comes with `npm ci` for the usual Linux; elsewhere an installed Chrome does it.
 *
 * @throws ConfigurationError if there is none, or it does not start here
 */
export async function launchBrowser(): Promise<Browser> {
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      return await chromium.launch({ channel: 'chrome', ...LEAVE_SIGNALS })
    }
    sparticuz.setGraphicsMode = false
    const executablePath = await sparticuz.executablePath()
    // Its own arguments would switch off the web's security; Chromium's sandbox does not run as root.
    return await chromium.launch({ executablePath, args: ['--no-sandbox'], ...LEAVE_SIGNALS })
  } catch (error) {
    const [why] = String(error instanceof Error ? error.message : error).split('\n')
    throw new ConfigurationError(
      `No browser could be started (${why}). On Linux it comes with "npm ci", elsewhere install Chrome.`,
    )
  }
}
