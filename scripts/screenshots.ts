import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '#config/command.ts'
import { ConfigurationError } from '#config/environment.ts'
import { openDatabase } from '#db/client.ts'
import { interruption } from './demo/interruption.ts'
import { say } from './demo/narrator.ts'
import { type RunningSystem, startOwnSystem } from './demo/running-system.ts'
import { launchBrowser } from './platform/chromium.ts'
import { PICTURES } from './screenshots/pictures.ts'
import { liveALittle } from './screenshots/sample-life.ts'
import { takePicture } from './screenshots/take-picture.ts'

const PATIENCE_MS = 5 * 60_000

/** `npm run screenshots`: the pictures in `docs/images/`, from a system of its own with some life in it. */
runCommand(async () => {
  const interrupted = interruption()
  const browser = await launchBrowser()
  try {
    say('Starting a system to take pictures of, which will be removed again ...')
    const system = await startOwnSystem('screenshots')
    try {
      await Promise.race([takePictures(system, browser), tooLong(), interrupted])
    } finally {
      await system.stop()
    }
  } finally {
    await browser.close()
  }
})

async function takePictures(system: RunningSystem, browser: Awaited<ReturnType<typeof launchBrowser>>): Promise<void> {
  const { urls } = system.runtime()
  const sql = openDatabase({
    databaseUrl: urls.database ?? '',
    applicationName: 'unicorn-screenshots',
    maxConnections: 2,
  })
  try {
    const life = await liveALittle(urls.api ?? '', sql)
    for (const picture of PICTURES) say(await takePicture(browser, urls.api ?? '', picture, life))
  } finally {
    await sql.end({ timeout: 2 })
  }
}

async function tooLong(): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { ref: false })
  throw new ConfigurationError(`The pictures are not there after ${PATIENCE_MS / 60_000} minutes: giving up.`)
}
